"""Customers enter once per cause, the held out among them, and never into a broken plan."""

from decimal import Decimal

import pytest

from campaigns import engine, enrolment, holdout
from campaigns.models import Campaign, Enrolment, Message
from customers.models import StaleMark
from journeys.models import StageVisit
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def test_a_customer_at_the_stage_enters_once_per_visit():
    shop = build.shop()
    ann = make.customer(shop)
    campaign = build.campaign(shop)
    first = build.visit(ann)
    build.visit(make.customer(shop), "lost")

    assert [enrolment.enrol(shop) for _ in range(2)] == [1, 0]

    engine.run_due()
    StageVisit.objects.filter(pk=first.pk).update(left_at=make.days_ago(0))
    second = build.visit(ann)
    assert enrolment.enrol(shop) == 1
    causes = campaign.enrolments.order_by("id").values_list("customer", "entry_key")
    assert list(causes) == [(ann.pk, f"visit:{first.pk}"), (ann.pk, f"visit:{second.pk}")]


def test_a_member_of_the_segment_enters_for_the_membership():
    shop = build.shop()
    member = build.membership(make.customer(shop), "friends")
    build.campaign(shop, plan={"entry": {"segment": "friends"}})

    assert enrolment.enrol(shop) == 1

    assert Enrolment.objects.get().entry_key == f"membership:{member.pk}"


def test_only_the_audience_enters():
    shop = build.shop()
    ann, bob = make.customer(shop, country="France"), make.customer(shop, country="Spain")
    for customer in (ann, bob):
        build.visit(customer)
    audience = {"field": "customer.country", "op": "is", "value": "france"}
    build.campaign(shop, plan={"audience": audience})

    assert enrolment.enrol(shop) == 1

    assert Enrolment.objects.get().customer == ann


def test_the_held_out_are_enrolled_with_nothing_due():
    shop = build.shop()
    customers = [make.customer(shop) for _ in range(30)]
    for customer in customers:
        build.visit(customer)
    steps = [{"wait_days": 1}, {"send": build.template(shop).key}]
    campaign = build.campaign(shop, plan={"steps": steps}, holdout_percent=30)

    enrolment.enrol(shop)

    chosen = {c.pk for c in customers if holdout.is_held_out(campaign.pk, c.pk, Decimal(30))}
    assert 0 < len(chosen) < 30
    for row in campaign.enrolments.all():
        assert row.held_out == (row.customer_id in chosen)
        assert (row.due_at is None) == row.held_out
        assert row.outcome == ("held out" if row.held_out else "")


def test_a_campaign_that_begins_with_a_message_plans_it_as_people_enter():
    shop = build.shop()
    customers = [make.customer(shop) for _ in range(20)]
    for customer in customers:
        build.visit(customer)
    mail = {"send": build.template(shop).key}
    campaign = build.campaign(shop, plan={"steps": [mail]}, holdout_percent=30)
    longer = build.campaign(shop, plan={"steps": [mail, {"wait_days": 1}, mail]})

    assert [enrolment.enrol(shop) for _ in range(2)] == [40, 0]

    treated = campaign.enrolments.filter(held_out=False)
    written = Message.objects.filter(campaign=campaign)
    assert set(written.values_list("enrolment", flat=True)) == set(
        treated.values_list("pk", flat=True)
    )
    assert set(treated.values_list("outcome", "due_at")) == {("completed", None)}
    assert written[0].trail["stage"]["key"] == "at_risk"
    assert set(longer.enrolments.values_list("step", flat=True)) == {"1"}
    assert Message.objects.filter(campaign=longer).count() == 20


def test_an_exit_rule_is_asked_before_the_first_message_too():
    shop = build.shop()
    build.visit(make.customer(shop, country="France"))
    rule = {"field": "customer.country", "op": "is", "value": "France"}
    build.campaign(shop, plan={"exit": rule})

    enrolment.enrol(shop)
    engine.run_waiting()

    assert Enrolment.objects.get().outcome == "left by rule"
    assert not Message.objects.exists()


def test_a_batch_enrols_nobody_else():
    shop = build.shop()
    ann, bob = make.customer(shop), make.customer(shop)
    for customer in (ann, bob):
        build.visit(customer)
    build.campaign(shop)

    assert enrolment.enrol(shop, [bob.pk]) == 1

    assert Enrolment.objects.get().customer == bob


def test_only_running_campaigns_of_this_shop_enrol():
    shop, other = build.shop(), build.shop()
    for each in (shop, other):
        build.visit(make.customer(each))
    for status in ("draft", "paused", "finished"):
        build.campaign(shop, status=status)
    build.campaign(other)

    assert enrolment.enrol(shop) == 0


def test_a_broken_plan_says_so_and_stops_nobody_else_until_it_is_mended():
    shop = build.shop()
    build.visit(make.customer(shop))
    broken = build.campaign(shop, plan={"steps": [{"send": "gone"}]})
    sound = build.campaign(shop)

    assert enrolment.enrol(shop) == 1

    broken.refresh_from_db()
    assert "steps[0].send" in broken.fault
    assert sound.enrolments.count() == 1
    build.template(shop, key="gone")
    assert enrolment.enrol(shop) == 1
    assert Campaign.objects.get(pk=broken.pk).fault == ""


def test_the_clock_alone_enrols_those_nobody_marked_stale():
    shops = [build.shop(), build.shop()]
    for shop in shops:
        build.visit(make.customer(shop))
        build.campaign(shop)
    assert not StaleMark.objects.exists()

    assert [enrolment.enrol_all() for _ in range(2)] == [2, 0]
