"""People finish on the plan they entered with, or are moved on purpose."""

import pytest
from django.utils.timezone import now

from campaigns import engine, enrolment, launching, program, versions
from campaigns.models import Campaign, Enrolment, Message
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    shop = build.shop()
    build.template(shop, key="old")
    build.template(shop, key="new")
    steps = [{"wait_days": 3}, {"send": "old"}]
    build.visit(make.customer(shop))
    made = build.campaign(shop, status="draft", plan={"steps": steps})
    launching.launch(made)
    engine.run_waiting()  # into the wait
    made.refresh_from_db()
    return made


def edit(campaign, *steps):
    campaign.plan = {**campaign.plan, "steps": list(steps)}
    campaign.save()


def finish():
    Enrolment.objects.filter(due_at__isnull=False).update(due_at=now())
    engine.run_waiting()


def templates():
    return list(Message.objects.order_by("id").values_list("template__key", flat=True))


def test_whoever_is_inside_finishes_on_their_plan_and_newcomers_take_the_new_one(campaign):
    edit(campaign, {"send": "new", "id": "n1"}, {"wait_days": 1}, {"stop": "end"})
    build.visit(make.customer(campaign.shop))
    enrolment.enrol(campaign.shop)
    assert versions.inside(campaign) == {1: 1, 2: 1}
    finish()

    assert sorted(templates()) == ["new", "old"]
    assert [v.number for v in campaign.versions.order_by("number")] == [1, 2]
    assert Message.objects.get(template__key="new").why["version"] == 2


def test_people_are_moved_to_the_same_step_of_the_new_plan(campaign):
    wait, send = campaign.plan["steps"]
    edit(campaign, wait, {"send": "new", "id": send["id"]}, {"stop": "x", "id": "s9"})

    assert versions.move(campaign) == 1
    finish()

    assert templates() == ["new"]
    assert Enrolment.objects.get().outcome == "stopped: x"


def test_people_are_moved_where_the_marketer_says_or_out(campaign):
    _wait, send = campaign.plan["steps"]
    edit(campaign, {"stop": "moved", "id": "m1"})
    with pytest.raises(PlanError, match="no step 'nowhere'"):
        versions.move(campaign, {send["id"]: "nowhere"})

    assert versions.move(campaign, {send["id"]: program.END}) == 1

    left = Enrolment.objects.get()
    assert (left.due_at, left.outcome) == (None, "moved out")
    assert left.left_at is not None


def test_the_same_plan_is_the_same_version(campaign):
    first = versions.current(campaign)

    assert versions.current(Campaign.objects.get(pk=campaign.pk)) == first
    assert all("id" in step for step in campaign.plan["steps"])


def test_an_old_version_that_cannot_run_any_more_says_so(campaign):
    campaign.shop.template_set.filter(key="old").delete()
    edit(campaign, {"send": "new", "id": "n1"})
    finish()

    campaign.refresh_from_db()
    assert campaign.fault.startswith("version 1: steps[1].send")
