"""The gate has the last word, at the moment of leaving, and says why it refuses."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils.timezone import now

from campaigns import gate
from campaigns.models import Campaign, CampaignVersion, FrequencyCap, Message
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
    assert message.why["cause"] == "visit:1"
    assert message.trail["gate"]["checked"] == gate.CHECKED


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


def cap(shop, messages, days, channel=""):
    return FrequencyCap.objects.create(shop=shop, messages=messages, days=days, channel=channel)


def sent(customer, days):
    return build.message(customer, status="sent", claimed_at=make.days_ago(days))


@pytest.mark.parametrize(
    ("past", "channel", "verdict"),
    [
        ([1, 8], "", ("sending", "")),
        ([1, 6], "", ("refused", "frequency cap")),
        ([1, 6], "email", ("refused", "frequency cap")),
        ([1, 6], "sms", ("sending", "")),
    ],
)
def test_a_customer_gets_no_more_than_the_cap(ann, past, channel, verdict):
    cap(ann.shop, 2, 7, channel)
    for days in past:
        sent(ann, days)
    message = build.message(ann)

    gate.claim(limit=10)

    assert judged(message) == verdict


def test_the_cap_and_who_used_it_up_stand_in_the_trail(ann):
    cap(ann.shop, 1, 7)
    sent(ann, 1)
    message = build.message(ann)

    gate.claim(limit=10)

    message.refresh_from_db()
    found = message.trail["gate"]["cap"]
    assert (found["messages"], found["days"], found["sent"]) == (1, 7, 1)
    assert found["by"] == [message.campaign.name]


def test_of_two_campaigns_the_one_of_higher_priority_writes(ann):
    cap(ann.shop, 1, 7)
    low, high = (build.campaign(ann.shop, priority=priority) for priority in (10, 90))
    first = build.message(ann, low, due_at=make.days_ago(0.1))
    second = build.message(ann, high)

    assert gate.claim(limit=1) == ([], 1)  # the lower one steps back for the higher
    assert gate.claim(limit=1) == ([second.pk], 1)
    assert judged(first)[0] == "planned"
    Message.objects.filter(pk=first.pk).update(due_at=make.days_ago(0.01))
    gate.claim(limit=1)

    assert judged(first) == ("refused", "frequency cap")
    first.refresh_from_db()
    assert first.trail["gate"]["cap"]["by"] == [high.name]


def test_messages_of_one_batch_share_the_cap(ann):
    cap(ann.shop, 2, 7)
    messages = [build.message(ann, build.campaign(ann.shop)) for _ in range(4)]

    passed, taken = gate.claim(limit=10)

    assert (passed, taken) == ([m.pk for m in messages[:2]], 4)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_find_room_under_the_cap(ann):
    cap(ann.shop, 1, 7)
    for _ in range(6):
        build.message(ann, build.campaign(ann.shop))

    def work():
        for _ in range(6):
            gate.claim(limit=1)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Message.objects.filter(status="sending").count() == 1


@pytest.mark.parametrize(("late_hours", "verdict"), [(6, "refused"), (200, "sending")])
def test_what_could_not_leave_in_time_is_left(ann, late_hours, verdict):
    campaign = build.campaign(ann.shop)
    version = CampaignVersion.objects.create(
        shop=ann.shop, campaign=campaign, number=1, digest="x", plan={"late_hours": late_hours}
    )
    entered = build.enrolment(ann, campaign, version=version)
    message = build.message(ann, campaign, enrolment=entered, due_at=make.days_ago(1))

    gate.claim(limit=10)

    assert judged(message) == (verdict, "too late" if verdict == "refused" else "")


def test_at_night_a_message_waits_until_morning_on_the_customers_clock(ann):
    local = now().astimezone(ZoneInfo("Asia/Tokyo"))
    ann.shop.quiet_from = (local - timedelta(hours=1)).time().replace(microsecond=0)
    ann.shop.quiet_until = (local + timedelta(hours=2)).time().replace(microsecond=0)
    ann.shop.save()
    Customer.objects.update(attributes={"timezone": "Asia/Tokyo"})
    message = build.message(ann)

    assert gate.claim(limit=10) == ([], 1)

    message.refresh_from_db()
    assert message.status == "planned"
    assert message.due_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == ann.shop.quiet_until
    assert message.trail["gate"]["night_in"] == "Asia/Tokyo"
    assert gate.claim(limit=10) == ([], 0)
    assert message.attempts == 0


def test_a_cancelled_campaigns_messages_never_leave(ann):
    message = build.message(ann)
    Campaign.objects.update(status="cancelled")

    assert gate.claim(limit=10) == ([], 0)
    assert judged(message) == ("planned", "")
