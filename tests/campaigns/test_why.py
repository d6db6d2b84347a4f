"""One look says why a customer got a message, or what stood in the way."""

import pytest

from campaigns import engine, enrolment, gate, why
from campaigns.models import Message
from customers import consent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
FRENCH = {"field": "customer.country", "op": "is", "value": "France"}
TWICE = {"field": "facts.order_count", "op": ">=", "value": 2}


@pytest.fixture
def shop():
    return build.shop()


def missing(campaign, customer):
    return [clause.words for clause in why.of_absence(campaign, customer) if not clause.holds]


def test_everybody_who_may_enter_has_nothing_in_the_way(shop):
    ann = make.customer(shop, consents=("email",), country="France")
    build.visit(ann)

    assert missing(build.campaign(shop, plan={"audience": FRENCH}), ann) == []


def test_each_clause_of_the_audience_is_judged_with_the_value_seen(shop):
    ann = make.customer(shop, consents=("email",), country="Spain")
    make.profile(ann, order_count=5)
    build.visit(ann)
    campaign = build.campaign(shop, plan={"audience": {"all": [FRENCH, TWICE]}})

    clauses = {clause.words: clause for clause in why.of_absence(campaign, ann)}

    assert not clauses["Country is “France”"].holds
    assert clauses["Country is “France”"].seen == {"customer.country": "Spain"}
    assert clauses["ordered at least twice"].holds
    assert clauses["ordered at least twice"].seen == {"facts.order_count": 5}


def test_no_cause_no_consent_and_a_suppressed_address_are_said(shop):
    ann = make.customer(shop)
    consent.suppress(shop, channel="email", address=ann.email, reason="bounced")

    assert missing(build.campaign(shop), ann) == [
        "Enters at the stage “At risk”",
        "Has given consent to the channel “email”.",
        "The address is not suppressed on the channel “email”.",
    ]


def test_the_draw_and_the_control_group_are_said(shop):
    ann = make.customer(shop, consents=("email",))
    build.visit(ann)
    campaign = build.campaign(shop, holdout_percent=50)
    campaign.holdout_percent = 100
    shop.control_percent = 100
    campaign.shop = shop

    assert missing(campaign, ann) == [
        "Not among the 100 percent held out.",
        "Not in the shop's control group.",
    ]


def test_the_excluded_and_those_who_are_inside_are_said(shop):
    ann = make.customer(shop, consents=("email",), country="France")
    build.visit(ann)
    campaign = build.campaign(shop, plan={"exclude": FRENCH})
    build.enrolment(ann, campaign)

    assert missing(campaign, ann) == [
        "Is in the campaign already.",
        "Is left out if: Country is “France”",
    ]


def test_a_campaign_that_does_not_run_says_so(shop):
    ann = make.customer(shop, consents=("email",))
    build.visit(ann)

    assert missing(build.campaign(shop, status="paused"), ann) == [
        "The campaign runs and lets people in."
    ]


def test_a_message_says_the_whole_way_from_entry_to_the_gate(shop):
    ann = make.customer(shop, consents=("email",), country="France")
    build.visit(ann)
    build.campaign(shop, plan={"audience": FRENCH})
    enrolment.enrol(shop)
    engine.run_waiting()
    gate.claim(limit=10)

    lines = why.of_message(Message.objects.get())

    assert lines[0] == "Was at the stage “At risk”."
    assert "The campaign's audience: Country is “France”." in lines
    assert "By version 1 of the plan." in lines
    assert lines[-1].startswith("Passed the gate: holdout")
