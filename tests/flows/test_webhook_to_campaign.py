"""From a shop's signed webhook to a delivered mail, through real processes."""

import email
import email.policy
import re
from datetime import UTC, datetime

import httpx
import pytest

from campaigns import launching, ready_made
from campaigns.models import CaughtMail, Enrolment, Message
from config import demo
from customers.models import Consent, Order
from journeys import lifecycle
from shops.models import Delivery
from tests import make
from tests.running import running, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(tmp_path, monkeypatch):
    with running(tmp_path / "log", monkeypatch, broker=9) as found:
        yield found


def order_call(days_ago, customer_id="17850"):
    when = make.days_ago(days_ago).isoformat()
    return {
        "type": "order.placed",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {
            "id": f"order-{customer_id}",
            "customer": {
                "id": customer_id,
                "email": f"customer-{customer_id}@example.com",
                "first_name": "Ann",
                "accepts_marketing": True,
            },
            "placed_at": when,
            "currency": "EUR",
            "lines": [
                {"product_id": "mug", "title": "Blue Mug", "quantity": 2, "unit_price_cents": 500}
            ],
        },
    }


def call(url, shop, body):
    content, headers = demo.signed(shop.webhook_secrets[0], body)
    return httpx.post(f"{url}/hooks/{shop.key}/", content=content, headers=headers, timeout=30)


def test_a_signed_webhook_ends_as_one_mail_that_unsubscribes_in_one_click(server):
    url, processes = server
    shop = make.shop()
    lifecycle.create(shop)
    campaign = ready_made.create(shop, "win-back")
    campaign.holdout_percent = 0
    campaign.save()
    launching.launch(campaign)
    processes.running["worker"].kill()  # it is started again, and nothing is lost

    assert call(url, shop, order_call(120)).status_code == 202
    caught = until(lambda: CaughtMail.objects.first())
    assert call(url, shop, order_call(120)).status_code == 200
    until(lambda: not Delivery.objects.filter(digested_at=None).exists())

    assert Order.objects.get(shop=shop).total_cents == 1000
    message = until(lambda: Message.objects.filter(status="sent").first())
    assert message.trail["stage"]["key"] == "at_risk"
    mail = email.message_from_bytes(bytes(caught.raw), policy=email.policy.default)
    assert mail["To"] == "customer-17850@example.com"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "Blue Mug" in html.get_content()
    assert "Blue Mug" in text.get_content()

    link = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert link is not None
    assert httpx.get(link[1]).status_code == 200
    assert Consent.objects.filter(ended_at=None).count() == 1
    one_click = httpx.post(link[1], data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert not Consent.objects.filter(ended_at=None).exists()


def test_a_held_out_customer_is_enrolled_and_never_written_to(server):
    url, _ = server
    shop = make.shop()
    lifecycle.create(shop)
    campaign = ready_made.create(shop, "win-back")
    campaign.holdout_percent = 50
    campaign.save()
    launching.launch(campaign)

    for number in range(20):
        call(url, shop, order_call(120, str(number)))
    until(lambda: Enrolment.objects.filter(campaign=campaign).count() == 20)
    until(lambda: not Enrolment.objects.exclude(due_at=None).exists())
    until(lambda: not Message.objects.exclude(status__in=["sent", "refused"]).exists())

    held_out = Enrolment.objects.filter(held_out=True)
    assert 0 < held_out.count() < 20
    assert CaughtMail.objects.count() == 20 - held_out.count()
    assert not Message.objects.filter(enrolment__in=held_out).exists()
