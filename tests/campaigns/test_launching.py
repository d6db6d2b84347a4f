"""A campaign starts once, waits where it is paused and goes on there."""

import pytest

from campaigns import engine, launching
from campaigns.models import Campaign, Enrolment, Message
from campaigns.plan_schema import PlanError
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def test_launching_enrols_those_already_there_and_only_once():
    shop = build.shop()
    build.visit(make.customer(shop))
    campaign = build.campaign(shop, status="draft")

    assert [launching.launch(campaign) for _ in range(2)] == [True, False]

    assert campaign.status == "running"
    assert campaign.launched_at is not None
    assert campaign.enrolments.count() == 1


def test_a_plan_that_cannot_run_is_not_launched():
    campaign = build.campaign(build.shop(), status="draft", plan={"steps": [{"send": "gone"}]})

    with pytest.raises(PlanError):
        launching.launch(campaign)

    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_a_paused_campaign_keeps_its_place_and_goes_on_there():
    shop = build.shop()
    build.visit(make.customer(shop))
    steps = [{"set": {"asked": True}}, {"send": build.template(shop).key}]
    campaign = build.campaign(shop, status="draft", plan={"steps": steps})
    launching.launch(campaign)
    due_at = campaign.enrolments.get().due_at

    assert launching.pause(campaign)
    assert engine.run_due() == 0
    assert campaign.enrolments.get().due_at == due_at

    build.visit(make.customer(shop))  # arrived during the pause
    assert launching.resume(campaign)
    assert engine.run_waiting() == 4
    assert Message.objects.count() == 2


def test_only_what_runs_can_be_paused_and_only_what_is_paused_resumed():
    campaign = build.campaign(build.shop(), status="draft")

    assert not launching.pause(campaign)
    assert not launching.resume(campaign)

    assert campaign.status == "draft"


def test_a_draft_is_looked_at_scheduled_and_launched_at_its_time():
    campaign = build.campaign(build.shop(), status="draft")

    assert launching.submit(campaign)
    assert launching.schedule(campaign, make.days_ago(-1))
    assert launching.launch_due() == 0
    Campaign.objects.update(launch_at=make.days_ago(1))
    assert [launching.launch_due() for _ in range(2)] == [1, 0]

    campaign.refresh_from_db()
    assert campaign.status == "running"


def test_a_scheduled_plan_that_broke_goes_back_to_review_with_its_fault():
    shop = build.shop()
    template = build.template(shop)
    campaign = build.campaign(shop, status="draft", plan={"steps": [{"send": template.key}]})
    launching.schedule(campaign, make.days_ago(1))
    template.delete()

    assert launching.launch_due() == 0

    campaign.refresh_from_db()
    assert campaign.status == "review"
    assert template.key in campaign.fault
    assert launching.send_back(campaign)


def test_cancelling_ends_every_way_and_refuses_what_is_planned():
    shop = build.shop()
    build.visit(make.customer(shop))
    campaign = build.campaign(shop, status="draft")
    launching.launch(campaign)
    engine.run_waiting()

    assert [launching.cancel(campaign) for _ in range(2)] == [True, False]

    assert Message.objects.get().reason == "campaign cancelled"
    assert not campaign.enrolments.filter(due_at__isnull=False).exists()
    assert not launching.resume(campaign)


def test_it_is_finished_only_when_nobody_is_inside_and_every_message_has_ended():
    shop = build.shop()
    build.visit(make.customer(shop))
    steps = [{"wait_days": 1}, {"send": build.template(shop).key}]
    campaign = build.campaign(shop, status="draft", plan={"steps": steps})
    launching.launch(campaign)
    assert launching.close_entry(campaign)
    engine.run_waiting()
    assert launching.finish_drained() == 0  # somebody waits
    Enrolment.objects.update(due_at=make.days_ago(1))
    engine.run_waiting()
    assert launching.finish_drained() == 0  # a message is planned
    Message.objects.update(status="sending")
    assert launching.finish_drained() == 0
    Message.objects.update(status="sent")

    assert launching.finish_drained() == 1

    campaign.refresh_from_db()
    assert (campaign.status, campaign.ended_at is not None) == ("finished", True)


def test_a_letter_of_one_day_closes_by_itself_when_the_day_is_over():
    shop = build.shop()
    for at in ("2020-01-01T09:00", "2100-01-01T09:00"):
        build.campaign(shop, plan={"entry": {"at": at}})

    assert launching.finish_drained() == 1
