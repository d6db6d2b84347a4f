"""Changed customers go through every room once, and nobody who changes meanwhile is lost."""

import threading
import time

import pytest
from django.db import connection, transaction

from campaigns import reactor
from campaigns.models import Enrolment
from customers import touchpoints
from customers.models import Profile, StaleMark
from journeys.models import StageVisit
from segments.models import Membership, Segment
from tests import make
from tests.campaigns import build


def stale(*customers):
    touchpoints.mark_stale(c.pk for c in customers)


def at_risk_customer(shop):
    made = make.customer(shop)
    make.order(made, lines=((make.product(shop), 1, 500),), placed_at=make.days_ago(120))
    return made


@pytest.mark.django_db
def test_a_changed_customer_is_described_placed_and_enrolled():
    shop = build.shop()
    buyers = {"field": "facts.order_count", "op": ">", "value": 0}
    Segment.objects.create(shop=shop, name="Buyers", key="buyers", rule=buyers)
    ann = at_risk_customer(shop)
    build.campaign(shop)
    stale(ann)

    assert [reactor.react() for _ in range(2)] == [1, 0]

    assert Profile.objects.get(customer=ann).order_count == 1
    assert Membership.objects.get(left_at=None).segment.key == "buyers"
    assert StageVisit.objects.get(left_at=None).stage.key == "at_risk"
    assert Enrolment.objects.get().customer == ann
    assert not StaleMark.objects.exists()


@pytest.mark.django_db
def test_shops_are_kept_apart_and_the_rest_waits_for_the_next_batch():
    customers = [at_risk_customer(build.shop()) for _ in range(3)]
    stale(*customers)

    assert reactor.react(limit=2) == 2
    assert StaleMark.objects.count() == 1
    assert reactor.react_waiting() == 1

    visits = StageVisit.objects.order_by("customer").values_list("customer", "shop")
    assert list(visits) == [(c.pk, c.shop_id) for c in customers]


@pytest.mark.django_db(transaction=True)
def test_a_touchpoint_that_arrives_while_the_reactor_works_is_not_lost():
    shop = build.shop()
    ann = at_risk_customer(shop)
    make.profile(ann)
    stale(ann)
    row = touchpoints.Row(shop.pk, ann.pk, "product.viewed", "test:late", make.days_ago(0))

    with transaction.atomic():
        Profile.objects.select_for_update().get(customer=ann)  # the reactor stops here, midway
        reacting = in_thread(reactor.react)
        until_waiting(1)
        recording = in_thread(lambda: touchpoints.record([row]))
        until_waiting(2)
    reacting.join(10)
    recording.join(10)

    assert StaleMark.objects.filter(customer=ann).exists()
    assert reactor.react() == 1
    assert Profile.objects.get(customer=ann).touchpoint_count == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_reactor_takes_other_customers():
    shop = build.shop()
    ann, bob = at_risk_customer(shop), at_risk_customer(shop)
    make.profile(ann)
    stale(ann)

    with transaction.atomic():
        Profile.objects.select_for_update().get(customer=ann)
        first = in_thread(reactor.react)
        until_waiting(1)
        second = in_thread(lambda: (stale(bob), reactor.react()))
        second.join(10)
        visits = StageVisit.objects.values_list("customer", flat=True)
        assert list(visits) == [bob.pk]
    first.join(10)

    assert StageVisit.objects.count() == 2


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until_waiting(count):
    """Until so many of this database's sessions wait for a lock."""
    waiting = """SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()"""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else one transaction sees one state
            cursor.execute(waiting)
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.02)
    raise TimeoutError(f"fewer than {count} sessions wait")
