"""A demo shop by one click: a share of a real shop's history, filled and removed by a worker.

Each step can be repeated: whoever dies in the middle is followed by another worker that does all of
it again and finds most of it done.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from zlib import crc32

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import launching, reactor, ready_made
from campaigns.models import Campaign
from config import demo_service, demo_visits
from customers import consent, imports
from customers.history_files import Document, HistoryFile, Reject
from insights import forecasting
from journeys import backfill, library
from journeys import ready_made as ready_journeys
from journeys.models import Journey
from segments import personas, rfm, starter
from shops import removing, speaking
from shops.announcing import announce
from shops.demo_models import DemoShop
from shops.models import Shop, User

HISTORY = settings.BASE_DIR / "data" / "online_retail.parquet"
ONE_IN = 8  # customers of the history; all of them take minutes
NO_CONSENT = "7$"
DEAD_AFTER = timedelta(minutes=2)
SHARE_OF_ORDERS = 0.6  # of the time that filling takes

Tell = Callable[[float], object]


class Sample(HistoryFile):
    """The orders of one customer in a few."""

    one_in = ONE_IN

    def documents(self) -> Iterator[Document | Reject]:
        for found in super().documents():
            if isinstance(found, Document) and self._is_in(found.order.customer_id):
                yield found

    def _is_in(self, customer: str) -> bool:
        return bool(customer) and crc32(customer.encode()) % self.one_in == 0


def of(user: User) -> DemoShop | None:
    """The demo shop that this user asked for."""
    return DemoShop.objects.select_related("shop").filter(shop__key=key_of(user)).first()


def key_of(user: User) -> str:
    return f"demo-{user.pk}"


def ask(user: User, language: str) -> DemoShop:
    """Ask for a demo shop of one's own; asked twice, it is the same."""
    with transaction.atomic():
        with translation.override(speaking.known(language)):
            name = _("Demo shop")
        shop, is_new = Shop.objects.get_or_create(
            key=key_of(user),
            defaults={
                "name": name,
                "currency": "GBP",
                "timezone": "Europe/London",
                "language": language,
                "from_email": "hello@demo.example.com",
            },
        )
        demo, _new = DemoShop.objects.get_or_create(shop=shop)
        if is_new:
            shop.staff.add(user, through_defaults={"role": "owner"})
            announce("demo")
    return demo


def ask_to_remove(demo: DemoShop) -> None:
    """From now on it goes; safe to repeat."""
    with transaction.atomic():
        waiting = DemoShop.objects.filter(pk=demo.pk).exclude(status="removing")
        waiting.update(status="removing", progress=0, fault="", seen_at=None, asked_at=now())
        announce("demo")


def run_waiting() -> int:
    """Fill or remove the demo shop that has waited longest; returns how many were worked at."""
    demo = _take()
    if demo is None:
        return 0
    tell = _teller(demo)
    if demo.status == "filling":
        fill(demo.shop, tell, one_in=ONE_IN)
        DemoShop.objects.filter(pk=demo.pk, status="filling").update(status="ready", progress=1)
        return 1
    for campaign in Campaign.objects.filter(shop=demo.shop):
        launching.cancel(campaign)
    try:
        removing.remove(demo.shop, progress=tell)
    except IntegrityError:  # something was still on its way into it: the next run takes that too
        DemoShop.objects.filter(pk=demo.pk).update(seen_at=None)
    return 1


def _take() -> DemoShop | None:
    silent = Q(seen_at=None) | Q(seen_at__lt=now() - DEAD_AFTER)
    with transaction.atomic():
        waiting = DemoShop.objects.filter(silent, status__in=["filling", "removing"])
        rows = waiting.order_by("asked_at").select_for_update(skip_locked=True, of=("self",))
        demo = rows.select_related("shop").first()
        if demo:
            DemoShop.objects.filter(pk=demo.pk).update(seen_at=now())
    return demo


def _teller(demo: DemoShop) -> Tell:
    def tell(share: float) -> None:
        DemoShop.objects.filter(pk=demo.pk).update(progress=share, seen_at=now())

    return tell


def fill(shop: Shop, tell: Tell, *, one_in: int) -> None:
    """Customers, orders, journeys, segments, a forecast and one running campaign."""
    for ready in (library.LIFECYCLE, library.SECOND_ORDER):
        ready_journeys.create(shop, ready)
    starter.create(shop)
    _orders(shop, tell, one_in)
    steps: list[Callable[[], object]] = [
        lambda: consent.give_all(shop, channel="email", how="artificial, for the demo",
                                 except_ids=NO_CONSENT),
        lambda: demo_visits.make(shop),
        lambda: rfm.refresh(shop),
        lambda: reactor.update(shop),
        lambda: _journeys(shop),
        lambda: demo_service.make(shop),
        lambda: personas.refresh(shop),
        lambda: forecasting.make(shop),
        lambda: _campaign(shop),
    ]  # fmt: skip
    for number, step in enumerate(steps, start=1):
        step()
        tell(SHARE_OF_ORDERS + (1 - SHARE_OF_ORDERS) * number / len(steps))


def _orders(shop: Shop, tell: Tell, one_in: int) -> None:
    file = Sample(HISTORY, shop.currency)
    file.one_in = one_in
    rejects = settings.VAR_DIR / "imports" / f"{shop.key}-rejected.csv"
    done = 0

    def progress(rows: int) -> None:
        nonlocal done
        done += rows
        if done % 50 < rows:
            tell(min(1.0, done * one_in / file.row_count) * SHARE_OF_ORDERS)

    imports.import_orders(shop, file, rejects=rejects, progress=progress)


def _journeys(shop: Shop) -> None:
    for journey in Journey.objects.filter(shop=shop):
        backfill.fill(journey, afresh=True)


def _campaign(shop: Shop) -> None:
    """Running where mails are caught; a draft where they would be sent, to addresses of nobody."""
    campaign = ready_made.create(shop, "win-back")
    if settings.EMAIL_IS_CAUGHT:
        launching.launch(campaign)
