"""What should have gone on by now is listed with what it waits for."""

import pytest

from campaigns import stuck
from campaigns.models import Campaign
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "running"}, "No worker"),
        ({"status": "paused"}, "paused"),
        ({"status": "running", "fault": "steps[0]: gone"}, "steps[0]: gone"),
    ],
)
def test_steps_and_messages_that_are_overdue_say_why(fields, words):
    shop = build.shop()
    ann = make.customer(shop)
    campaign = build.campaign(shop)
    entered = build.enrolment(ann, campaign, due_at=make.days_ago(2))
    build.message(ann, campaign, enrolment=entered, due_at=make.days_ago(1))
    Campaign.objects.update(**fields)

    found = stuck.waits(shop)

    assert [(wait.what, wait.count) for wait in found] == [("steps", 1), ("messages", 1)]
    assert all(words in wait.reason for wait in found)


def test_uncertain_messages_are_listed_and_what_is_on_its_way_is_not():
    shop = build.shop()
    ann = make.customer(shop)
    message = build.message(ann, status="uncertain", claimed_at=make.days_ago(3))
    build.enrolment(ann, message.campaign, due_at=make.days_ago(-1))
    message.enrolment.due_at = None
    message.enrolment.save()

    (wait,) = stuck.waits(shop)

    assert (wait.what, wait.count) == ("uncertain messages", 1)
    assert stuck.waits(build.shop()) == []
