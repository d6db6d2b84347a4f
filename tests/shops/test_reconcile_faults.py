"""What goes wrong on the way to a shop's API is seen, and ends as soon as it can."""

import json
from datetime import timedelta

import pytest
from django.db import connections
from django.utils.timezone import now

from shops import overview, reconcile
from shops.connectors.api import Access, ApiFault
from shops.models import Delivery, Reconciliation
from tests.shops import calls
from tests.shops.platform import TOKEN, Answer
from tests.shops.watched import CREDENTIALS, HOUR, api_of, missing, numbers, order, walk, watched

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("connector", ["shopify", "woocommerce"])


FAULTS = {
    "server error": ((500, {}, b"Internal error"), "500"),
    "half an answer": ((200, {}, b'{"orders": [{"id": 1, "upd'), "not whole JSON"),
    "a page of HTML": ((200, {}, b"<html>Maintenance</html>"), "not whole JSON"),
    "another list": ((200, {}, b'{"products": []}'), "no list of orders"),
    "a redirect": ((301, {"Location": "https://www.example.com/"}, b""), "www.example.com"),
    "nothing there": ((404, {}, b"?"), "Check the address"),
    "a cut connection": ((200, {"Content-Length": "5000"}, b'{"orders": ['), "RemoteProtocolError"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_middle_is_seen_and_the_walk_goes_on_later(platform, name):
    answer, said = FAULTS[name]
    row, start = watched(platform, "shopify"), now() - 20 * HOUR
    platform.orders = [order("shopify", n, start + timedelta(seconds=n)) for n in range(1, 301)]
    platform.faults = [None, answer]
    reconcile.run(row)
    row.refresh_from_db()
    assert said in row.fault
    assert (row.failure_count, row.busy_until) == (1, None)
    assert row.failing_since
    assert row.next_at > now()
    assert row.watermark < start
    assert overview.failing(row.shop) == row

    walk(row)
    assert len(numbers(row)) == 300
    assert (row.fault, row.failing_since) == ("", None)
    assert overview.failing(row.shop) is None


@BOTH
def test_refused_credentials_are_said_and_tried_again_rarely(platform, connector):
    row = watched(platform, connector)
    reconcile.begin(row.shop, row.url, dict.fromkeys(CREDENTIALS[connector], "wrong"))
    row.refresh_from_db()
    reconcile.run(row)
    row.refresh_from_db()
    assert "refuses these credentials" in row.fault
    assert row.next_at > now() + 2 * HOUR
    reconcile.begin(row.shop, row.url, CREDENTIALS[connector])
    row.refresh_from_db()
    assert (row.fault, row.failure_count) == ("", 0)
    assert row.next_at <= now()


def test_a_shop_that_asks_for_a_pause_gets_it(platform):
    row = watched(platform, "shopify")
    platform.faults = [(429, {"Retry-After": "90"}, b'{"errors":"Exceeded 2 calls per second"}')]
    reconcile.run(row)
    row.refresh_from_db()
    assert 80 < (row.next_at - now()).total_seconds() <= 90
    assert row.failing_since is None
    assert "90 seconds" in row.fault
    assert len(platform.asked) == 1


def test_a_cursor_that_the_platform_has_forgotten_begins_the_walk_anew(platform):
    row, start = watched(platform, "shopify"), now() - 20 * HOUR
    platform.orders = [order("shopify", n, start + timedelta(seconds=n)) for n in range(1, 301)]
    gone: Answer = (400, {}, b'{"errors":{"page_info":"Invalid value."}}')
    platform.faults = [None, gone]
    reconcile.run(row)
    row.refresh_from_db()
    assert row.cursor == ""
    walk(row)
    assert missing(row).count() == 300
    assert "updated_at_min" in platform.asked[2]


def test_a_worker_that_has_lost_its_lease_writes_nothing(platform):
    row = watched(platform, "shopify")
    platform.orders = [order("shopify", 1, now() - HOUR)]
    other = now() + HOUR
    Reconciliation.objects.filter(pk=row.pk).update(busy_until=other)
    row.busy_until = now() - HOUR
    assert reconcile.run(row) == 0
    row.refresh_from_db()
    assert (row.busy_until, row.finished_at) == (other, None)
    assert not Delivery.objects.filter(shop=row.shop).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_walk_one_shop_at_a_time(platform):
    row = watched(platform, "shopify")
    platform.orders = [order("shopify", 1, now() - HOUR)]
    found: list[int] = []

    def meanwhile(count):
        found.append(reconcile.run_due())
        connections.close_all()

    platform.after = meanwhile
    assert reconcile.run_due() == 1
    assert found == [0]
    row.refresh_from_db()
    assert row.busy_until is None
    assert row.finished_at
    assert reconcile.run_due() == 0


def test_the_token_is_sealed_and_goes_nowhere_but_to_the_address(platform):
    row, start = watched(platform, "shopify"), now() - 20 * HOUR
    assert TOKEN not in json.dumps(list(Reconciliation.objects.values()), default=str)
    platform.orders = [order("shopify", n, start) for n in range(251)]
    elsewhere = '<https://evil.example.com/orders.json?page_info=abc>; rel="next"'
    content = json.dumps({"orders": platform.orders[:250]}).encode()
    platform.faults = [(200, {"Link": elsewhere}, content)]
    reconcile.step(row)
    assert row.cursor == "abc"
    question = api_of("shopify").question(
        reconcile.access_of(row), reconcile.Walk(start, now(), row.cursor)
    )
    assert question.url.startswith(platform.url)


def test_an_address_inside_our_network_is_not_asked(platform, settings):
    row = watched(platform, "shopify")
    settings.OUTGOING_ALLOWED_NETWORKS = []
    reconcile.run(row)
    row.refresh_from_db()
    assert "private network" in row.fault
    assert platform.asked == []


def test_a_woocommerce_too_old_for_this_says_so(platform):
    row = watched(platform, "woocommerce", days=2)
    old = [order("woocommerce", 1, now() - timedelta(days=400))]
    platform.faults = [(200, {"X-WP-TotalPages": "9"}, json.dumps(old).encode())]
    with pytest.raises(ApiFault, match=r"5\.8"):
        reconcile.step(row)


ADDRESSES = [
    ("shopify", "my-shop.myshopify.com", "https://my-shop.myshopify.com/admin/api/2025-10"),
    ("shopify", " https://a.myshopify.com/admin/ ", "https://a.myshopify.com/admin/api/2025-10"),
    (
        "shopify",
        "https://a.myshopify.com/admin/api/2024-01/",
        "https://a.myshopify.com/admin/api/2024-01",
    ),
    ("woocommerce", "https://x.example.com/shop/", "https://x.example.com/shop/wp-json/wc/v3"),
    ("woocommerce", "x.example.com/wp-admin/", "https://x.example.com/wp-json/wc/v3"),
    ("woocommerce", "https://x.org/wp-json/wc/v2", "https://x.org/wp-json/wc/v2"),
]


@pytest.mark.parametrize(("connector", "typed", "address"), ADDRESSES)
def test_the_shops_address_is_enough(connector, typed, address):
    assert api_of(connector).address(typed) == address


def test_the_connection_can_be_tried_before_it_is_kept(platform):
    shop = calls.shop("woocommerce")
    platform.orders = [order("woocommerce", n, now() - HOUR) for n in range(3)]
    address = api_of("woocommerce").address(platform.url)
    assert reconcile.probe(shop, Access(address, CREDENTIALS["woocommerce"])) == 3
    with pytest.raises(ApiFault, match="refuses"):
        reconcile.probe(shop, Access(address, {"key": "no", "secret": "no"}))
