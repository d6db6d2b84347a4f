"""Every event that can be asked for is told once, from the door by which its cause came in."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils.timezone import now

from campaigns import sending
from customers import consent, profiles
from customers.models import Suppression
from reviews_nlp import reading
from segments import rfm
from shops import outbox, overview, retention
from shops.models import Endpoint, OutgoingAttempt, OutgoingEvent
from tests import make
from tests.campaigns import build
from tests.campaigns.conftest import picky_server
from tests.shops import calls

pytestmark = pytest.mark.django_db
assert picky_server  # a fixture


@pytest.fixture
def shop():
    made = make.shop()
    Endpoint.objects.create(
        shop=made, url="https://x.example.com/", events=[*django_settings.EVENTS]
    )
    return made


def told(shop):
    return list(OutgoingEvent.objects.filter(shop=shop).order_by("id").values_list("type", "data"))


def event(topic, **data):
    return {"type": topic, "timestamp": now().isoformat(), "data": data}


def order(number, days=0, **more):
    at = (now() - timedelta(days=days)).isoformat()
    line = {"product_id": "mug", "quantity": 2, "unit_price_cents": 500}
    return event("order.placed", id=number, placed_at=at, currency="EUR", lines=[line], **more)


def test_an_order_is_told_once_however_often_it_comes(shop):
    for change in ({}, {}, {"updated_at": now().isoformat(), "country": "DE"}):
        calls.deliver(shop, "order.placed", order("7", customer={"id": "ann"}, **change))
    [(kind, data)] = told(shop)
    assert kind == "order.placed"
    assert (data["order"], data["customer"], data["total_cents"]) == ("7", "ann", 1000)


def test_what_is_older_than_our_memory_is_no_news(shop):
    calls.deliver(shop, "order.placed", order("7", days=40))
    assert told(shop) == []


def test_a_withdrawal_by_webhook_and_one_by_hand_are_each_told_once(shop):
    for _ in range(2):
        given = event("consent.given", customer_id="ann", channel="email")
        gone = event("consent.withdrawn", customer_id="ann", channel="email")
        calls.deliver(shop, "consent.given", given)
        calls.deliver(shop, "consent.withdrawn", gone)
        calls.deliver(shop, "consent.withdrawn", gone)
    ann = make.customer(shop, consents=("email",))
    consent.withdraw(ann, channel="email", how="link")
    consent.withdraw(ann, channel="email", how="link")
    assert [(kind, data["customer"]) for kind, data in told(shop)] == [
        ("consent.withdrawn", "ann"), ("consent.withdrawn", "ann"),
        ("consent.withdrawn", ann.external_id),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "stars", "flagged"),
    [("Horrible, awful, the worst.", 5, True), ("It is so.", 2, True), ("Lovely mug.", 5, False)],
)
def test_a_bad_review_is_flagged_once(shop, text, stars, flagged):
    data = {"id": "1", "text": text, "rating": stars, "written_at": now().isoformat()}
    for _ in range(2):
        calls.deliver(shop, "review.written", event("review.written", **data))
        reading.read()
    kinds = [kind for kind, _ in told(shop)]
    assert kinds == ["review.written"] + ["review.flagged"] * flagged
    if flagged:
        assert told(shop)[1][1]["text"] == text


def test_a_changed_score_is_told_and_an_equal_one_is_not(shop):
    ann = make.customer(shop)
    make.order(ann, lines=((make.product(shop), 1, 100),))
    profiles.refresh(shop)
    rfm.refresh(shop)
    rfm.refresh(shop)
    [(kind, data)] = told(shop)
    assert (kind, data["customer"], data["score"]) == ("score.changed", ann.external_id, "rfm")


@pytest.mark.django_db(transaction=True)
def test_a_refused_address_is_told_and_not_written_to_again(shop, picky_server):
    gone = make.customer(shop, email="gone@example.com", consents=("email",))
    message = build.message(gone, build.campaign(shop))
    sending.send_waiting()
    [(kind, data)] = told(shop)
    assert (kind, data["message"]) == ("message.bounced", message.pk)
    assert Suppression.objects.get(shop=shop).address == message.customer.email


def test_what_arrived_is_forgotten_after_a_while_and_what_waits_is_not(shop):
    endpoint = Endpoint.objects.get(shop=shop)
    for number, days in enumerate((40, 10, None)):
        at = None if days is None else now() - timedelta(days=days)
        made = OutgoingEvent.objects.create(
            shop=shop, endpoint=endpoint, cause=f"c{number}", type="order.placed", data={},
            occurred_at=now() - timedelta(days=50), delivered_at=at,
        )  # fmt: skip
        OutgoingAttempt.objects.create(shop=shop, event=made, seconds=1)
    retention.forget_old(now())
    assert list(OutgoingEvent.objects.order_by("id").values_list("cause", flat=True)) == [
        "c1",
        "c2",
    ]
    assert OutgoingAttempt.objects.count() == 2


def test_a_paused_endpoint_stands_on_the_overview_and_stays_paused(shop, client):
    endpoint = Endpoint.objects.get(shop=shop)
    assert list(overview.untold(shop)) == []
    client.force_login(make.user(is_superuser=True))
    said = {"action": "pause", "_selected_action": [endpoint.pk]}
    client.post("/admin/shops/endpoint/", said)
    page = client.get(f"/admin/?shop={shop.key}").content.decode()
    assert "https://x.example.com/ is told nothing any more." in page
    outbox._settle(endpoint, None)  # a turn that began before
    endpoint.refresh_from_db()
    assert endpoint.paused_reason.startswith("Paused by user")


def test_a_new_secret_of_the_platform_leaves_the_old_one_valid(client):
    shop = calls.shop("shopify")
    client.force_login(make.user(is_superuser=True))
    client.post(f"/admin/shops/shop/{shop.pk}/connected/", {"secret": "the new one"})
    shop.refresh_from_db()
    assert shop.webhook_secrets == ["the new one", calls.SECRET]
    client.post("/admin/shops/shop/", {"action": "rotate_secret", "_selected_action": [shop.pk]})
    shop.refresh_from_db()
    assert shop.webhook_secrets == ["the new one", calls.SECRET]
