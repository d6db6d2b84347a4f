"""Customers stand at one stage at a time, the one with the lowest priority that matches."""

import threading

import pytest
from django.db import connection

from journeys import lifecycle, report, stages
from journeys.models import Stage, StageVisit
from tests import make


def at(customer):
    visits = StageVisit.objects.filter(customer=customer).order_by("id")
    return [(visit.stage.key, visit.left_at is None) for visit in visits.select_related("stage")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({}, "prospect"),
        ({"order_count": 1, "days": 10}, "new"),
        ({"order_count": 2, "days": 10}, "active"),
        ({"order_count": 5, "days": 10}, "loyal"),
        ({"order_count": 5, "days": 120}, "at_risk"),
        ({"order_count": 1, "days": 120}, "at_risk"),
        ({"order_count": 9, "days": 200}, "lost"),
        ({"order_count": 9, "days": 10, "last_gap_days": 100}, "won_back"),
        ({"order_count": 2, "days": 70, "last_gap_days": 100}, "active"),
    ],
)
def test_the_lifecycle_places_a_customer(facts, stage):
    shop = make.shop()
    lifecycle.create(shop)
    ann = make.customer(shop)
    days = facts.pop("days", None)
    make.profile(ann, last_order_at=make.days_ago(days) if days else None, **facts)

    stages.place(shop)

    assert at(ann) == [(stage, True)]


@pytest.mark.django_db
def test_a_move_closes_one_visit_and_opens_another_with_the_facts_that_led_there():
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = make.customer(shop)
    profile = make.profile(ann, order_count=1, last_order_at=make.days_ago(10))
    assert stages.place(shop) == 1
    assert stages.place(shop) == 0
    profile.order_count = 6
    profile.save()

    assert stages.place(shop, [ann.pk]) == 1

    assert at(ann) == [("new", False), ("loyal", True)]
    visit = StageVisit.objects.get(customer=ann, left_at=None)
    assert visit.why["order_count"] == 6
    assert visit.why["rule"] == visit.stage.rule
    counts = {count.stage.key: count.customer_count for count in report.stage_counts(journey)}
    assert (counts["loyal"], counts["new"]) == (1, 0)


@pytest.mark.django_db
def test_a_marketers_change_of_a_rule_moves_customers():
    shop = make.shop()
    lifecycle.create(shop)
    ann = make.customer(shop)
    make.profile(ann, order_count=3, last_order_at=make.days_ago(10))
    stages.place(shop)
    rule = {"field": "facts.order_count", "op": ">=", "value": 3}
    Stage.objects.filter(shop=shop, key="loyal").update(rule=rule)

    stages.place(shop)

    assert at(ann)[-1] == ("loyal", True)


@pytest.mark.django_db
def test_a_stage_whose_rule_is_broken_is_passed_over_and_says_so():
    shop = make.shop()
    lifecycle.create(shop)
    Stage.objects.filter(shop=shop, key="loyal").update(rule={"field": "gone", "op": "="})
    ann = make.customer(shop)
    make.profile(ann, order_count=9, last_order_at=make.days_ago(10))

    stages.place(shop)

    assert at(ann) == [("active", True)]
    assert Stage.objects.get(shop=shop, key="loyal").fault.startswith("field:")


@pytest.mark.django_db
def test_a_customer_whom_no_stage_wants_leaves_the_map():
    shop = make.shop()
    lifecycle.create(shop)
    ann = make.customer(shop)
    stages.place(shop)
    Stage.objects.filter(shop=shop, key="prospect").delete()
    make.profile(ann, order_count=0)

    stages.place(shop)

    assert at(ann) == []


@pytest.mark.django_db
def test_the_lifecycle_is_made_once():
    shop = make.shop()

    assert lifecycle.create(shop) == lifecycle.create(shop)
    assert Stage.objects.filter(shop=shop).count() == 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_open_one_visit():
    shop = make.shop()
    lifecycle.create(shop)
    customers = [make.customer(shop) for _ in range(50)]

    def place():
        stages.place(shop)
        connection.close()

    workers = [threading.Thread(target=place) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert StageVisit.objects.filter(left_at=None).count() == len(customers)
