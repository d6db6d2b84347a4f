"""What a shop did not deliver is fetched from its API: once, whatever dies or changes meanwhile."""

import os
import signal
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from customers import ingest
from customers.models import Order
from shops import reconcile
from shops.models import Delivery, Reconciliation
from tests.shops import calls
from tests.shops.watched import HOUR, TOPICS, missing, numbers, order, stamp, walk, watched

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("connector", ["shopify", "woocommerce"])


@BOTH
def test_a_thousand_orders_are_walked_and_only_the_gaps_are_filled(platform, connector):
    row, start = watched(platform, connector), now() - 20 * HOUR
    platform.orders = [
        order(connector, 1000 + n, start + timedelta(seconds=10 * n)) for n in range(1000)
    ]
    for told in platform.orders[::20]:
        calls.post(row.shop, TOPICS[connector], told)
    while ingest.digest():
        pass

    assert walk(row) == 950
    assert numbers(row) == {str(one["id"]) for one in platform.orders}
    assert missing(row).count() == 950
    assert (row.fault, row.cursor) == ("", "")
    assert row.read_count >= 1000
    assert row.watermark == datetime.fromisoformat(stamp(start + timedelta(seconds=9990)) + "Z")
    assert len(platform.asked) == (4 if connector == "shopify" else 11)

    before = calls.rows(row.shop)
    assert walk(row) == 0
    assert missing(row).count() == 950
    assert calls.rows(row.shop) == before
    assert Delivery.objects.filter(shop=row.shop).count() == 1000


@BOTH
def test_a_page_that_was_read_and_not_stored_is_read_again(platform, connector):
    row, start = watched(platform, connector), now() - 20 * HOUR
    platform.orders = [order(connector, n, start + timedelta(seconds=n)) for n in range(1, 301)]
    reconcile.step(row)
    with transaction.atomic():
        reconcile.step(row)
        transaction.set_rollback(True)  # what a crash leaves of it
    row.refresh_from_db()
    assert row.cursor
    assert row.watermark < start
    assert Delivery.objects.filter(shop=row.shop).count() < 300
    walk(row)
    assert len(numbers(row)) == missing(row).count() == 300


def in_a_process_of_its_own(work):
    """Start the work in a child that has its own connections; its process id."""
    pid = os.fork()
    if pid == 0:
        kept = connection.connection  # closing it would end the parent's session
        connection.connection = None
        work()
        os._exit(0 if kept is not None else 1)
    return pid


@pytest.mark.django_db(transaction=True)
@BOTH
def test_a_worker_killed_again_and_again_loses_nothing_and_counts_nothing_twice(
    platform, connector
):
    row, start = watched(platform, connector), now() - 20 * HOUR
    platform.orders = [order(connector, n, start + timedelta(seconds=n)) for n in range(1, 701)]
    for stop_at in (1, 3, 4, 6):
        child: list[int] = []
        asked = len(platform.asked)

        def kill(count, limit=asked + stop_at, child=child):
            if count == limit:
                os.kill(child[0], signal.SIGKILL)

        platform.after = kill
        child.append(in_a_process_of_its_own(reconcile.run_due))
        os.waitpid(child[0], 0)
        Reconciliation.objects.update(busy_until=now() - HOUR, next_at=now())  # its lease is over
    platform.after = lambda count: None
    reconcile.run_due()
    while ingest.digest():
        pass
    row.refresh_from_db()
    assert (row.cursor, row.fault, row.busy_until) == ("", "", None)
    assert len(numbers(row)) == missing(row).count() == 700


@BOTH
def test_an_order_that_changes_during_the_walk_hides_none_of_its_neighbours(platform, connector):
    row, start = watched(platform, connector), now() - 20 * HOUR
    platform.orders = [order(connector, n, start + timedelta(seconds=n)) for n in range(1, 601)]

    def change(count):
        # One of a page already read moves to the end of the list, at every call.
        at, changed = now() - HOUR + timedelta(seconds=count), platform.orders[count]
        platform.orders[count] = order(connector, changed["id"], at, note="changed")

    platform.after = change
    walk(row)
    assert len(numbers(row)) == 600
    platform.after = lambda count: None
    walk(row)
    newest = {str(o["id"]): o.get("updated_at") or o["date_modified_gmt"] for o in platform.orders}
    held = {o.external_id: stamp(o.updated_at) for o in Order.objects.filter(shop=row.shop)}
    assert held == {number: at.removesuffix("Z") for number, at in newest.items()}


@BOTH
def test_many_orders_of_one_second_and_the_same_one_on_two_pages(platform, connector):
    row, at = watched(platform, connector), now() - HOUR
    platform.orders = [order(connector, n, at) for n in range(1, 521)]
    platform.orders += platform.orders[:50]
    walk(row)
    assert len(numbers(row)) == missing(row).count() == 520


@BOTH
def test_what_changed_just_now_is_left_to_its_webhook(platform, connector):
    row = watched(platform, connector)
    platform.orders = [order(connector, 1, now() - HOUR), order(connector, 2, now())]
    assert walk(row) == 1
    assert numbers(row) == {"1"}
    assert row.watermark < now() - timedelta(minutes=50)


@BOTH
def test_an_older_version_changes_nothing_and_a_newer_one_counts(platform, connector):
    row, at = watched(platform, connector), now() - 3 * HOUR
    calls.deliver(row.shop, TOPICS[connector], order(connector, 1, at + HOUR))
    calls.deliver(row.shop, TOPICS[connector], order(connector, 2, at))
    before = calls.rows(row.shop)["orders"]
    platform.orders = [order(connector, 1, at)]
    assert walk(row) == 0
    assert calls.rows(row.shop)["orders"] == before

    # Looked at in the shop's admin: another time, the same order.
    platform.orders = [order(connector, 2, at + HOUR)]
    assert walk(row) == 1
    assert not missing(row).exists()
    total = {"total_price": "1.00"} if connector == "shopify" else {"total": "1.00"}
    platform.orders = [order(connector, 2, at + 2 * HOUR, **total)]
    walk(row)
    assert missing(row).count() == 1
    assert Order.objects.get(shop=row.shop, external_id="2").total_cents == 100


def test_a_webhook_that_waits_to_be_read_was_delivered(platform):
    row, at = watched(platform, "shopify"), now() - HOUR
    platform.orders = [order("shopify", 1, at)]
    calls.post(row.shop, "orders/create", platform.orders[0])
    assert walk(row) == 1
    assert not missing(row).exists()
    assert Order.objects.filter(shop=row.shop).count() == 1


def test_a_webhook_that_comes_after_all_was_late_and_not_missing(platform):
    row, at = watched(platform, "shopify"), now() - HOUR
    platform.orders = [order("shopify", 1, at)]
    walk(row)
    assert missing(row).count() == 1
    calls.deliver(row.shop, "orders/create", platform.orders[0])
    assert not missing(row).exists()
    assert Delivery.objects.filter(shop=row.shop, origin="late").count() == 1


def test_reading_a_gap_again_does_not_take_it_from_the_count(platform):
    row = watched(platform, "shopify")
    platform.orders = [order("shopify", 1, now() - HOUR)]
    walk(row)
    ingest.replay(missing(row))
    while ingest.digest():
        pass
    assert missing(row).count() == 1


def test_an_order_that_cannot_be_read_is_quarantined_once_and_stops_nothing(platform):
    row = watched(platform, "woocommerce")
    broken = order("woocommerce", 1, now() - 2 * HOUR, line_items="none")
    platform.orders = [broken, order("woocommerce", 2, now() - HOUR)]
    walk(row)
    walk(row)
    found = Delivery.objects.get(shop=row.shop, status="quarantined")
    assert "line_items" in found.reason
    assert numbers(row) == {"2"}
