"""Why, by API: for a message, and for a customer who got none; with words for the customer."""

import pytest

from campaigns import customer_words, engine, enrolment, gate, why
from campaigns.models import Message
from customers import consent
from tests import make
from tests.api.calling import Caller
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return build.shop(name="Tea & Co")


def told(shop, **more):
    plan = {
        "entry": {"touchpoint": "order.placed"},
        "audience": {"field": "scores.churn_90d", "op": ">", "value": 0.5},
        **more,
    }
    return build.campaign(shop, plan=plan, launched_at=make.days_ago(3))


def test_a_message_says_why_in_clauses_and_in_words_for_the_customer(shop):
    ann = make.customer(shop, consents=("email",))
    make.profile(ann, scores={"churn_90d": 0.9})
    make.touchpoint(ann, kind="order.placed", occurred_at=make.days_ago(1))
    told(shop)
    enrolment.enrol(shop)
    gate_due()
    message = Message.objects.get()

    answer = Caller(shop, ["read:messages"]).get(f"messages/{message.pk}/why").json()

    assert answer["clauses"] == why.of_message(message)
    assert any("churn" in clause.lower() for clause in answer["clauses"])
    assert answer["text"].startswith(
        "You got this message from Tea & Co because you placed an order"
    )
    assert "You agreed" in answer["text"]
    for secret in ("churn", "score", "0.5", "held", "holdout", "segment"):
        assert secret not in answer["text"].lower()


def gate_due():
    engine.run_due()
    gate.judge(list(Message.objects.values_list("pk", flat=True)))


def test_a_customer_without_a_message_gets_every_clause_with_what_was_seen(shop):
    ann = make.customer(shop, consents=("email",))
    make.profile(ann, scores={"churn_90d": 0.1})
    campaign = told(shop)

    answer = Caller(shop, ["read:absences"]).get(f"absences/{ann.external_id}").json()

    [absence] = answer["campaigns"]
    assert absence["campaign"] == campaign.key
    seen = [clause["seen"] for clause in absence["clauses"] if "scores.churn_90d" in clause["seen"]]
    assert seen == [{"scores.churn_90d": 0.1}]
    assert "churn" not in absence["text"]


def test_whoever_did_not_agree_is_told_just_that(shop):
    ann = make.customer(shop)
    make.touchpoint(ann, kind="order.placed")
    campaign = build.campaign(shop, plan={"entry": {"touchpoint": "order.placed"}})

    words = customer_words.of_absence(why.of_absence(campaign, ann), ann)

    assert words == "You have not agreed to our messages, so you get none."


def test_a_suppressed_address_and_a_way_gone_before_are_told(shop):
    ann = make.customer(shop, consents=("email",))
    make.touchpoint(ann, kind="order.placed")
    campaign = build.campaign(shop, plan={"entry": {"touchpoint": "order.placed"}})
    consent.suppress(shop, channel="email", address=ann.email, reason="bounced")
    assert "no more" in customer_words.of_absence(why.of_absence(campaign, ann), ann)

    build.enrolment(ann, campaign, due_at=None, outcome="completed")
    assert "before" in customer_words.of_absence(why.of_absence(campaign, ann), ann)


def test_nothing_is_told_of_the_holdout(shop):
    ann = make.customer(shop, consents=("email",))
    make.touchpoint(ann, kind="order.placed")
    campaign = build.campaign(shop, plan={"entry": {"touchpoint": "order.placed"}})
    build.enrolment(ann, campaign, held_out=True, due_at=None, outcome="held out")

    words = customer_words.of_absence(why.of_absence(campaign, ann), ann)

    assert "does not concern you" in words


def test_another_shops_customer_is_unknown(shop):
    other = make.customer(make.shop())

    assert Caller(shop, ["read:absences"]).get(f"absences/{other.external_id}").status_code == 404
