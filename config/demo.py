"""The demo: two shops on real data, from the first webhook to the last caught mail."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
from django.conf import settings
from django.db.models import Count, Q, Sum
from standardwebhooks.webhooks import Webhook
from tqdm import tqdm

from campaigns import launching, ready_made
from campaigns.models import CaughtMail, Enrolment, Message
from config import demo_service, demo_visits
from config.celery import app
from config.management.commands.import_history import bar, import_orders
from customers import consent, imports
from customers.history_files import Document
from customers.models import Customer, HistoryImport, Order, OrderLine, StaleMark, Touchpoint
from journeys import backfill, library
from journeys import ready_made as ready_journeys
from journeys.models import Journey, Stage
from reviews_nlp.models import Review
from segments import starter
from segments.models import Clustering, Membership, Segment
from shops.models import Delivery, DemoShop, Product, Shop, User

USER, PASSWORD = "demo", "demo"
DATA = settings.BASE_DIR / "data"
WEBHOOK_DAYS = 14
NO_CONSENT = "7$"  # artificial: customers whose number ends in 7 did not agree to mails
AT_ONCE = 32
PATIENCE_SECONDS = 300
PAUSES = (0.2, 1, 5, 10)  # seconds before a webhook is sent again


def run(url: str) -> dict[str, Any]:
    """Bring the demo to its end, from wherever an earlier run left it; returns the counts."""
    gifts, clothing = set_up()
    record, file = import_orders(gifts, DATA / "online_retail.parquet", WEBHOOK_DAYS)
    consent.give_all(gifts, channel="email", how="artificial, for the demo", except_ids=NO_CONSENT)
    with bar(None, "reviews") as progress:
        imports.import_reviews(
            clothing, DATA / "reviews_en_clothing.csv.gz", progress=progress.update
        )
    later = (payload(document, gifts) for document in imports.later_documents(record, file))
    wait("web server", lambda: 0 if answers(url) else 1)
    asyncio.run(
        send(f"{url}/hooks/{gifts.key}/", gifts.webhook_secrets[0], later, record.rows_after)
    )
    wait("pipeline", waiting_rows)
    demo_visits.make(gifts)
    wait("visits", waiting_rows)
    for journey in Journey.objects.all():
        backfill.fill(journey, afresh=True)
    app.send_task("segments.tasks.refresh_rfm")
    app.send_task("segments.tasks.refresh_personas")
    app.send_task("insights.tasks.forecast_days")
    wait("personas", lambda: 0 if Clustering.objects.filter(shop=gifts).exists() else 1)
    launching.launch(ready_made.create(gifts, "win-back"))
    wait("campaign", waiting_messages)
    demo_service.make(gifts)
    for task in ("train_models", "learn_recommendations"):  # some minutes, while one looks around
        app.send_task(f"insights.tasks.{task}")
    return counts(record)


def set_up() -> tuple[Shop, Shop]:
    """The demo's user, shops, journeys and segments. Safe to repeat."""
    if not User.objects.filter(username=USER).exists():
        User.objects.create_superuser(USER, f"{USER}@example.com", PASSWORD)
    made = []
    for key, name, currency in (("gifts", "Giftware", "GBP"), ("clothing", "Clothing", "USD")):
        shop, _ = Shop.objects.get_or_create(
            key=key,
            defaults={
                "name": f"{name} (demo)",
                "currency": currency,
                "timezone": "Europe/London",
                "from_email": f"hello@{key}.example.com",
            },
        )
        for ready in (library.LIFECYCLE, library.SECOND_ORDER):
            ready_journeys.create(shop, ready)
        starter.create(shop)
        DemoShop.objects.get_or_create(shop=shop, defaults={"status": "ready", "progress": 1})
        made.append(shop)
    return made[0], made[1]


def payload(document: Document, shop: Shop) -> dict[str, Any]:
    """The webhook that the shop would have sent for this order."""
    order, customer = document.order, document.customer
    sign = -1 if order.kind == "cancellation" else 1
    titles = {product.external_id: product.title for product in document.products}
    return {
        "type": "order.cancelled" if order.kind == "cancellation" else "order.placed",
        "timestamp": order.placed_at.isoformat(),
        "data": {
            "id": order.external_id,
            "customer": customer
            and {
                "id": customer.external_id,
                "email": customer.email,
                "first_name": customer.first_name,
                "last_name": customer.last_name,
                "country": customer.country,
                "accepts_marketing": not customer.external_id.endswith(NO_CONSENT[0]),
            },
            "placed_at": order.placed_at.isoformat(),
            "currency": order.currency,
            "country": order.country,
            "lines": [
                {
                    "product_id": line.product_id,
                    "title": titles[line.product_id],
                    "quantity": sign * line.quantity,
                    "unit_price_cents": line.unit_price_cents,
                    "total_cents": sign * line.total_cents,
                }
                for line in order.lines
            ],
        },
    }


def signed(secret: str, body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A Standard Webhooks call: content and headers."""
    content, moment = json.dumps(body), datetime.now(UTC)
    message_id = f"msg_{body['type']}_{body['data']['id']}"
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, content),
    }
    return content.encode(), headers


async def send(url: str, secret: str, bodies: Iterator[dict[str, Any]], lines: int) -> None:
    """Post every body, some at a time; anything but 202 (new) or 200 (repeat) is an error."""
    with tqdm(total=lines, desc="webhooks", unit=" rows", mininterval=0.5) as progress:
        async with httpx.AsyncClient(timeout=60) as client:

            async def post(some: Iterable[dict[str, Any]]) -> None:
                for body in some:
                    content, headers = signed(secret, body)
                    answer = await _deliver(client, url, content, headers)
                    if answer.status_code not in {200, 202}:
                        raise RuntimeError(f"{url} answered {answer.status_code}: {answer.text}")
                    progress.update(len(body["data"]["lines"]))

            await asyncio.gather(*(post(bodies) for _ in range(AT_ONCE)))


async def _deliver(
    client: httpx.AsyncClient, url: str, content: bytes, headers: dict[str, str]
) -> httpx.Response:
    """Post as a platform does: what found no ear, or was put off, is sent again."""
    for pause in PAUSES:
        try:
            answer = await client.post(url, content=content, headers=headers)
        except httpx.TransportError:
            pass
        else:
            if answer.status_code not in {429, 503}:
                return answer
        await asyncio.sleep(pause)
    return await client.post(url, content=content, headers=headers)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def waiting_rows() -> int:
    """Rows that some room still has to take."""
    return (
        Delivery.objects.filter(digested_at=None).count()
        + StaleMark.objects.count()
        + Touchpoint.objects.filter(unread=True).count()
    )


def waiting_messages() -> int:
    """Enrolments and messages of running campaigns that are on their way, and what follows."""
    return (
        Enrolment.objects.exclude(due_at=None).count()
        + Message.objects.filter(status__in=["planned", "sending"]).count()
        + waiting_rows()
    )


def wait(what: str, left: Callable[[], int]) -> None:
    """Show a progress bar until nothing is left. Raises TimeoutError when nothing moves."""
    most = count = left()
    deadline = time.monotonic() + PATIENCE_SECONDS
    with tqdm(total=most, desc=what, unit=" rows", mininterval=0.5) as progress:
        while count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: {count} rows are still waiting; see the logs.")
            time.sleep(0.2)
            before, count = count, left()
            most = max(most, count)
            if count != before:
                deadline = time.monotonic() + PATIENCE_SECONDS
            progress.total = most
            progress.n = most - count
            progress.refresh()


def counts(record: HistoryImport) -> dict[str, Any]:
    """What the demo's shops hold now."""
    mails = CaughtMail.objects.values("message_id").annotate(times=Count("id"))
    messages = Message.objects.aggregate(
        planned=Count("id"),
        sent=Count("id", filter=Q(status="sent")),
        refused=Count("id", filter=Q(status="refused")),
    )
    deliveries = Delivery.objects.aggregate(
        accepted=Count("id"), processed=Count("id", filter=Q(status="processed"))
    )
    return {
        "rows_read": record.rows_read,
        "rows_imported": record.rows_imported,
        "rows_rejected": record.rows_rejected,
        "customers": Customer.objects.exclude(external_id="").count(),
        "products": Product.objects.filter(shop=record.shop).count(),
        "orders": Order.objects.count(),
        "cancellations": Order.objects.filter(kind="cancellation").count(),
        "order_lines": OrderLine.objects.count(),
        "revenue_cents": Order.objects.aggregate(all=Sum("total_cents"))["all"],
        "touchpoints": Touchpoint.objects.count(),
        "deliveries_accepted": deliveries["accepted"],
        "deliveries_processed": deliveries["processed"],
        "reviews": Review.objects.count(),
        "segments": Segment.objects.filter(shop=record.shop).count(),
        "personas": Segment.objects.filter(shop=record.shop, kind="persona").count(),
        "memberships": Membership.objects.filter(left_at=None).count(),
        "stages": {
            stage.key: stage.visits.filter(left_at=None).count()
            for stage in Stage.objects.filter(
                journey__shop=record.shop, journey__key=library.LIFECYCLE.key
            )
        },
        "enrolments": Enrolment.objects.count(),
        "holdout": Enrolment.objects.filter(held_out=True).count(),
        "messages_planned": messages["planned"],
        "messages_refused": messages["refused"],
        "messages_sent": messages["sent"],
        "mails_caught": CaughtMail.objects.count(),
        "duplicate_mails": sum(mail["times"] - 1 for mail in mails),
    }
