"""Steps happen once each, for everybody due, with the reason frozen beside the message."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from campaigns import engine, enrolment
from campaigns.models import Campaign, Enrolment, Message
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def test_send_wait_send_goes_step_by_step_to_its_end():
    shop = build.shop()
    first, second = build.template(shop), build.template(shop)
    steps = [{"send": first.key}, {"wait_days": 3}, {"send": second.key}]
    build.campaign(shop, plan={"steps": steps})
    build.visit(make.customer(shop))
    enrolment.enrol(shop)

    assert engine.run_waiting() == 1  # the mail was planned at entry; the wait begins

    entered = Enrolment.objects.get()
    assert entered.due_at is not None
    assert entered.due_at - now() == pytest.approx(timedelta(days=3), abs=timedelta(minutes=1))
    assert engine.run_due() == 0
    Enrolment.objects.update(due_at=now())
    assert engine.run_waiting() == 1

    entered.refresh_from_db()
    assert (entered.due_at, entered.outcome) == (None, "completed")
    sent = Message.objects.order_by("step").values_list("step", "template", "status")
    assert list(sent) == [("0", first.pk, "planned"), ("2", second.pk, "planned")]


def test_the_trail_says_why_and_stays_as_it_was():
    shop = build.shop()
    ann = make.customer(shop, country="France")
    audience = {"field": "customer.country", "op": "is", "value": "France"}
    campaign = build.campaign(shop, plan={"audience": audience}, holdout_percent="0.5")
    visit = build.visit(ann, why={"order_count": 3})
    entered = build.enrolment(ann, campaign, entry_key=f"visit:{visit.pk}")

    engine.run_due()
    visit.stage.delete()
    Campaign.objects.update(name="Renamed")

    trail = Message.objects.get().why
    assert trail["campaign"] == campaign.name
    assert trail["cause"] == entered.entry_key
    assert trail["stage"]["key"] == "at_risk"
    assert trail["stage"]["facts"] == {"order_count": 3}
    assert trail["audience"] == audience
    assert (trail["holdout_percent"], trail["held_out"]) == (0.5, False)
    assert "segment" not in trail


def test_visits_and_memberships_are_explained_in_one_batch():
    shop = build.shop()
    ann, bob = make.customer(shop), make.customer(shop)
    visit, member = build.visit(ann), build.membership(bob, "friends")
    friends = build.campaign(shop, plan={"entry": {"segment": "friends"}})
    build.enrolment(ann, build.campaign(shop), entry_key=f"visit:{visit.pk}")
    build.enrolment(bob, friends, entry_key=f"membership:{member.pk}")

    assert engine.run_due() == 2

    trails = [message.why for message in Message.objects.order_by("customer")]
    assert trails[0]["stage"]["name"] == "At risk"
    assert trails[1]["segment"]["key"] == "friends"


def test_a_step_that_is_run_again_plans_no_second_message():
    shop = build.shop()
    entered = build.enrolment(make.customer(shop), build.campaign(shop))
    engine.run_due()

    Enrolment.objects.filter(pk=entered.pk).update(step="0", due_at=now())
    engine.run_due()

    assert Message.objects.count() == 1


def test_a_plan_that_became_shorter_completes_those_beyond_its_end():
    shop = build.shop()
    entered = build.enrolment(make.customer(shop), build.campaign(shop), step="5")

    engine.run_due()

    entered.refresh_from_db()
    assert (entered.due_at, entered.outcome) == (None, "completed")


def test_a_broken_plan_waits_with_its_fault_and_stops_nobody_else():
    shop = build.shop()
    ann = make.customer(shop)
    broken = build.campaign(shop, plan={"steps": [{"send": "gone"}]})
    waiting = build.enrolment(ann, broken, due_at=make.days_ago(1))
    build.enrolment(ann, build.campaign(shop))

    engine.run_waiting()

    broken.refresh_from_db()
    waiting.refresh_from_db()
    assert "'gone'" in broken.fault
    assert (waiting.step, waiting.outcome) == ("", "")
    assert Message.objects.count() == 1
    build.template(shop, key="gone")
    enrolment.enrol(shop)  # finds it mended
    engine.run_waiting()
    assert Message.objects.filter(campaign=broken).count() == 1
