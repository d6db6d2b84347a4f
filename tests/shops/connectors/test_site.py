"""What visitors do becomes touchpoints, whatever their clocks say; damage is told, never raised."""

import copy
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from customers import ingest
from customers.models import Touchpoint
from shops import intake, recognising, site_script
from shops.connectors.site import RESERVED, is_bot
from shops.models import Delivery
from tests import make
from tests.shops import pages
from tests.shops.connectors.test_mutations import damaged_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


def told(shop, *events, **fields):
    """The touchpoint that one call leaves behind."""
    pages.deliver(shop, pages.call(*events, **fields))
    return Touchpoint.objects.filter(shop=shop).latest("id")


def test_each_kind_of_event_becomes_a_touchpoint_in_our_words(shop):
    items = [{"id": 7, "quantity": 2}, {"id": "8"}]
    call = pages.call(
        pages.event("page.viewed", path="/mugs", title="Mugs", utm_source="mail", secret="x"),
        pages.event("product.viewed", id=7, title="Mug", price="12.50", currency="EUR"),
        pages.event("search.made", query="blue mug", results=0),
        pages.event("cart.updated", items=items, total="30", currency="JPY"),
        pages.event("quiz.finished", score=3),
    )

    assert pages.deliver(shop, call).status == "processed"

    found = {t.kind: t.data for t in Touchpoint.objects.filter(shop=shop, customer=None)}
    common = {"visitor": "visitor-1", "bot": False}
    lines = [{"product_id": "7", "quantity": 2}, {"product_id": "8", "quantity": 1}]
    assert found == {
        "page.viewed": {"path": "/mugs", "title": "Mugs", "utm_source": "mail"} | common,
        "product.viewed": {
            "product_id": "7",
            "title": "Mug",
            "price_cents": 1250,
            "currency": "EUR",
        }
        | common,
        "search.made": {"query": "blue mug", "results": 0} | common,
        "cart.updated": {"lines": lines, "total_cents": 30, "currency": "JPY"} | common,
        "quiz.finished": {"score": 3} | common,
    }


def test_an_event_that_is_told_again_in_another_call_is_one_touchpoint(shop):
    event = pages.event("page.viewed", path="/")
    pages.deliver(shop, pages.call(event))
    pages.deliver(shop, pages.call(event, pages.event("page.viewed", path="/2")))
    assert Touchpoint.objects.filter(shop=shop).count() == 2


def test_a_clock_that_is_wrong_is_corrected_and_the_first_time_told_stands(shop):
    wrong = datetime.now(UTC) + timedelta(days=400)
    event = pages.event("page.viewed", at=wrong - timedelta(minutes=10))
    first = told(shop, event, sent=pages.milliseconds(wrong))
    again = told(shop, event, sent=pages.milliseconds(wrong + timedelta(seconds=3)))
    assert again == first
    off = datetime.now(UTC) - timedelta(minutes=10) - first.occurred_at
    assert abs(off) < timedelta(seconds=60)


@pytest.mark.parametrize(("days", "kept"), [(-400, -7), (-2, -2), (3, 0)])
def test_a_time_outside_what_is_possible_is_limited(shop, days, kept):
    at = datetime.now(UTC) + timedelta(days=days)
    found = told(shop, pages.event("page.viewed", at=at)).occurred_at
    assert abs(found - datetime.now(UTC) - timedelta(days=kept)) < timedelta(minutes=2)


def test_an_event_without_a_time_happened_when_it_was_received(shop):
    event = pages.event("page.viewed") | {"at": None}
    assert abs(told(shop, event).occurred_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("agent", "driven", "expected"),
    [
        (pages.AGENT, False, False),
        (pages.AGENT, True, True),
        ("", False, True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False, True),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0.0.0 Safari/537.36", False, True),
        ("facebookexternalhit/1.1", False, True),
        ("python-requests/2.32", False, True),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT KING KONG 3) Chrome/120 Mobile", False, False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", False, False),
    ],
)
def test_a_bot_is_known_by_what_it_says_of_itself(agent, driven, expected):
    assert is_bot(agent, driven=driven) is expected


def test_what_a_bot_does_is_kept_with_a_flag(shop):
    assert told(shop, pages.event("page.viewed"), driven=True).data["bot"] is True


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"kind": "order.placed"}, "events[0].kind: 'order.placed' is not a page's to tell"),
        ({"kind": "product.restocked"}, "events[0].kind: 'product.restocked' is not a page's"),
        ({"kind": "Quiz"}, "events[0].kind: must be"),
        ({"kind": "a." + "b" * 60}, "events[0].kind: must be"),
        ({"kind": 5}, "events[0].kind: must be"),
        ({"id": "x"}, "events[0].id: must be an id"),
        ({"at": "now"}, "events[0].at: must be a number"),
        ({"at": -1}, "events[0].at: must be milliseconds"),
        ({"data": [1]}, "events[0].data: must be an object"),
        ({"kind": "quiz.done", "data": {"x": "y" * 5000}}, "events[0].data: must have at most"),
        ({"kind": "product.viewed", "data": {}}, "events[0].data.id: must be an id"),
        ({"kind": "product.viewed", "data": {"id": 1, "price": "a"}}, "events[0].data.price: must"),
        ({"kind": "cart.updated", "data": {"items": "x"}}, "events[0].data.items: must be a list"),
        ({"kind": "visitor.identified", "data": {}}, "events[0].data.customer: must be an id"),
    ],
)
def test_an_event_that_cannot_be_read_is_told_and_its_neighbours_are_kept(shop, event, reason):
    bad = pages.event("page.viewed") | event
    delivery = pages.deliver(shop, pages.call(bad, pages.event("search.made", query="mug")))
    assert delivery.status == "quarantined"
    assert delivery.reason.startswith(reason)
    assert [t.kind for t in Touchpoint.objects.filter(shop=shop)] == ["search.made"]


def test_no_kind_that_endpoints_are_told_of_is_a_pages_to_tell(settings):
    assert {kind.partition(".")[0] for kind in settings.EVENTS} <= RESERVED


def test_no_damage_is_answered_with_an_error_of_ours(shop):
    random_ = random.Random("site")
    site = site_script.of(shop)
    site.rate_limit = 0
    site.save()
    with connection.cursor() as cursor:
        cursor.execute(intake.PAGES.find, {"key": site.public_key})
        sender = intake.tenant(cursor.fetchone())
    customer = make.customer(shop)
    link = recognising.link_parameter(shop.pk, customer.pk, datetime.now(UTC)).partition("=")[2]
    original = pages.call(
        pages.event("page.viewed", path="/", title="Hi"),
        pages.event("product.viewed", id=7, price="12.50", currency="EUR"),
        pages.event("search.made", query="mug", results=3),
        pages.event("cart.updated", items=[{"id": 7}], total=3, currency="EUR"),
        pages.event("quiz.finished", score=3),
        pages.signed_in(shop, customer.external_id),
        pages.event("visitor.identified", token=link),
    )
    kept, refused = {}, set()
    for number in range(10_000):
        call = copy.deepcopy(original) | {"id": f"call-{number:05d}"}
        body = damaged_body(call, random_)
        try:
            incoming = intake.check(sender, {}, body)
            kept[incoming.key] = incoming
        except intake.Refused as refusal:
            refused.add(refusal.answer.status)
    with connection.cursor() as cursor:
        cursor.execute(intake.STORE, intake.columns(list(kept.values())))
    while ingest.digest():
        pass
    verdicts = Delivery.objects.filter(shop=shop)
    assert set(verdicts.values_list("status", flat=True)) == {"processed", "quarantined"}
    assert not verdicts.filter(status="quarantined", reason="").exists()
    assert refused == {400}
