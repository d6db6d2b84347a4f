"""The gate has the last word, at the moment of leaving, and says why it refuses."""

import pytest

from campaigns import gate
from campaigns.models import Message
from customers import consent
from customers.models import Customer, Suppression
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make.customer(build.shop(), consents=("email",), email="ann@example.com")


def judged(message):
    message.refresh_from_db()
    return message.status, message.reason


def test_what_passes_is_marked_before_it_leaves(ann):
    message = build.message(ann, trail={"cause": "visit:1"})

    assert gate.claim(limit=10) == ([message.pk], 1)
    assert gate.claim(limit=10) == ([], 0)

    assert judged(message) == ("sending", "")
    assert message.claimed_at is not None
    assert message.attempts == 1
    assert message.trail["cause"] == "visit:1"
    assert message.trail["gate"]["checked"] == ["holdout", "address", "consent", "suppression"]


def test_a_customer_who_withdraws_between_plan_and_send_gets_nothing(ann):
    message = build.message(ann)
    consent.withdraw(ann, channel="email", how="link")

    assert gate.claim(limit=10) == ([], 1)

    assert judged(message) == ("refused", "no consent")
    assert message.trail["gate"]["refusal"] == "no consent"


def test_consent_for_something_else_is_no_consent():
    bob = make.customer(build.shop(), consents=("sms",))
    bob.consents.create(shop=bob.shop, channel="email", purpose="research")
    message = build.message(bob)

    gate.claim(limit=10)

    assert judged(message) == ("refused", "no consent")


@pytest.mark.parametrize("address", ["ann@example.com", "Ann@Example.COM"])
def test_a_suppressed_address_is_known_whatever_its_case(ann, address):
    Suppression.objects.create(shop=ann.shop, address=address, reason="complained")
    Customer.objects.update(email="ANN@example.com")
    message = build.message(ann)

    gate.claim(limit=10)

    assert judged(message) == ("refused", "suppressed address")


def test_another_shops_suppression_does_not_count(ann):
    Suppression.objects.create(shop=make.shop(), address=ann.email, reason="bounced")
    build.message(ann)

    passed, _ = gate.claim(limit=10)

    assert len(passed) == 1


def test_without_an_address_nothing_leaves(ann):
    Customer.objects.update(email="")
    message = build.message(ann)

    gate.claim(limit=10)

    assert judged(message) == ("refused", "no address")


def test_the_held_out_get_nothing_even_if_a_message_was_planned(ann):
    entered = build.enrolment(ann, build.campaign(ann.shop), held_out=True)
    message = build.message(ann, enrolment=entered)

    gate.claim(limit=10)

    assert judged(message) == ("refused", "held out")


def test_a_paused_campaigns_messages_wait(ann):
    message = build.message(ann, build.campaign(ann.shop, status="paused"))

    assert gate.claim(limit=10) == ([], 0)

    assert judged(message) == ("planned", "")


def test_what_is_not_due_waits_and_the_longest_due_goes_first(ann):
    build.message(ann, due_at=make.days_ago(-1))
    late, later = (build.message(ann, due_at=make.days_ago(days)) for days in (1, 2))

    assert gate.claim(limit=1) == ([later.pk], 1)
    assert gate.claim(limit=9) == ([late.pk], 1)
    assert Message.objects.filter(status="planned").count() == 1
