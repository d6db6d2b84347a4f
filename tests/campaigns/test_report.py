"""A campaign's figures: its messages, and both arms after they entered."""

import pytest

from campaigns import report
from campaigns.arms import Arm
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return build.campaign(build.shop())


def enrolled(campaign, *, held_out=False, days_ago=10):
    customer = make.customer(campaign.shop)
    entered_at = make.days_ago(days_ago)
    build.enrolment(customer, campaign, held_out=held_out, entered_at=entered_at)
    return customer


def bought(customer, cents, days_ago, kind="sale"):
    placed_at = make.days_ago(days_ago)
    make.order(customer, total_cents=cents, placed_at=placed_at, kind=kind)


def test_messages_are_counted_by_status_and_refusals_by_reason(campaign):
    for status, reason in [
        ("sent", ""),
        ("sent", ""),
        ("refused", "no consent"),
        ("refused", "no address"),
        ("planned", "try again"),
    ]:
        build.message(make.customer(campaign.shop), campaign, status=status, reason=reason)

    figures = report.summary(campaign)

    assert figures.messages == {"sent": 2, "refused": 2, "planned": 1}
    assert figures.refusals == {"no consent": 1, "no address": 1}
    assert figures.message_count == 5


def test_what_was_bought_after_the_entry_counts_for_each_arm(campaign):
    ann, _bob, cy = (enrolled(campaign, held_out=held) for held in (False, False, True))
    bought(ann, 100, days_ago=20)
    bought(ann, 200, days_ago=5)
    bought(ann, 300, days_ago=1)
    bought(ann, -300, days_ago=1, kind="cancellation")
    bought(cy, 50, days_ago=2)
    bought(make.customer(campaign.shop), 999, days_ago=1)

    figures = report.summary(campaign)

    assert figures.treated == Arm(2, 1, 2, 200)
    assert figures.held_out == Arm(1, 1, 1, 50)
    assert figures.treated.buyer_fraction == 0.5


def test_a_customer_who_entered_twice_is_counted_once_from_the_first_time(campaign):
    ann = enrolled(campaign, days_ago=10)
    build.enrolment(ann, campaign, entered_at=make.days_ago(1))
    bought(ann, 100, days_ago=5)

    assert report.summary(campaign).treated == Arm(1, 1, 1, 100)


def test_a_campaign_nobody_entered_has_no_fraction(campaign):
    figures = report.summary(campaign)

    assert figures.treated == figures.held_out == Arm()
    assert figures.treated.buyer_fraction is None


def arm(campaign, *, held_out, count, buyers, days_ago=20):
    """Customers who entered some weeks ago, the first of whom bought three days later."""
    for number in range(count):
        customer = enrolled(campaign, held_out=held_out, days_ago=days_ago)
        if number < buyers:
            bought(customer, 2000, days_ago=days_ago - 3)


def test_a_lift_is_proved_in_plain_words(campaign):
    campaign.launched_at = make.days_ago(28)
    campaign.holdout_percent = 50
    arm(campaign, held_out=False, count=150, buyers=120)
    arm(campaign, held_out=True, count=150, buyers=30)

    proof = report.proof(campaign)

    assert proof.goal.value == pytest.approx(0.6)
    assert proof.goal.is_proved
    assert proof.goal_words.startswith("Proved: +60.0 buyers in 100")
    assert proof.revenue.value == pytest.approx(1200)
    assert "+€12.00 a customer (+€" in proof.revenue_words
    assert not proof.split_is_off


def test_few_people_are_said_to_be_too_few(campaign):
    campaign.launched_at = make.days_ago(28)
    arm(campaign, held_out=False, count=12, buyers=6)
    arm(campaign, held_out=True, count=12, buyers=2)

    assert "Not enough people yet." in report.proof(campaign).goal_words


def test_whoever_entered_within_the_goal_window_is_not_judged_yet(campaign):
    ann = enrolled(campaign, days_ago=3)
    bought(ann, 100, days_ago=1)

    assert report.proof(campaign).goal.value == 0
    assert not report.proof(campaign).goal.enough


def test_orders_after_the_goal_window_do_not_count(campaign):
    arm(campaign, held_out=False, count=4, buyers=0, days_ago=40)
    late = enrolled(campaign, days_ago=40)
    bought(late, 100, days_ago=1)
    arm(campaign, held_out=True, count=4, buyers=0, days_ago=40)

    assert report.proof(campaign).goal.value == 0


def test_an_arm_that_lost_people_raises_the_alarm(campaign):
    campaign.holdout_percent = 50
    arm(campaign, held_out=False, count=120, buyers=0)
    arm(campaign, held_out=True, count=40, buyers=0)

    assert report.proof(campaign).split_is_off
