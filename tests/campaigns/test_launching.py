"""A campaign starts once, waits where it is paused and goes on there."""

import pytest

from campaigns import engine, launching
from campaigns.models import Message
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
    campaign = build.campaign(shop, status="draft")
    launching.launch(campaign)
    due_at = campaign.enrolments.get().due_at

    assert launching.pause(campaign)
    assert engine.run_due() == 0
    assert campaign.enrolments.get().due_at == due_at

    build.visit(make.customer(shop))  # arrived during the pause
    assert launching.resume(campaign)
    assert engine.run_due() == 2
    assert Message.objects.count() == 2


def test_only_what_runs_can_be_paused_and_only_what_is_paused_resumed():
    campaign = build.campaign(build.shop(), status="draft")

    assert not launching.pause(campaign)
    assert not launching.resume(campaign)

    assert campaign.status == "draft"
