"""What happens is told to endpoints: signed, in order, again until it arrives, never dropped."""

import json
from datetime import timedelta

import pytest
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from customers import touchpoints
from journeys import lifecycle, stages
from segments import membership
from segments.models import Segment
from shops import outbox
from shops.models import Endpoint, OutgoingAttempt, OutgoingEvent
from tests import make
from tests.shops.receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def endpoint(receiver, shop=None, **fields):
    defaults = {"url": receiver.url, "events": ["order.placed"]}
    return Endpoint.objects.create(shop=shop or make.shop(), **{**defaults, **fields})


def happen(shop, count=1, kind="order.placed"):
    ann = make.customer(shop)
    for _ in range(count):
        name = f"order:{next(make.numbers)}"
        touchpoints.record([touchpoints.Row(shop.pk, ann.pk, kind, name, now(), {"n": name})])
    return ann


def said(receiver):
    return [json.loads(content)["data"] for _, content in receiver.calls]


def test_an_event_arrives_signed_once(receiver):
    told = endpoint(receiver)
    ann = happen(told.shop)
    assert outbox.deliver(told) == 1
    assert outbox.deliver(told) == 0
    [(headers, content)] = receiver.calls
    event = Webhook(told.secrets[0]).verify(content, headers)
    assert event["type"] == "order.placed"
    assert event["data"]["customer"] == ann.external_id
    attempt = OutgoingAttempt.objects.get()
    assert (attempt.status, attempt.answer) == (200, "said")


def test_the_order_of_events_is_kept_through_a_failure(receiver):
    told = endpoint(receiver)
    receiver.statuses = [200, 500, 200]
    happen(told.shop, 3)
    assert outbox.deliver(told) == 1
    told.refresh_from_db()
    assert told.failure_count == 1
    assert told.next_at > now()
    assert outbox.deliver(told) == 2
    told.refresh_from_db()
    assert told.failure_count == 0
    arrived = [row["n"] for row in said(receiver)]
    assert arrived[1] == arrived[2]  # the same event again, with the same id
    assert receiver.calls[1][0]["webhook-id"] == receiver.calls[2][0]["webhook-id"]
    happened = [event.data["n"] for event in OutgoingEvent.objects.order_by("id")]
    assert list(dict.fromkeys(arrived)) == happened


def test_after_three_days_of_failures_it_is_paused_and_loses_nothing(receiver):
    told = endpoint(receiver, failing_since=now() - timedelta(days=3, hours=1), failure_count=30)
    receiver.statuses = [500, 200]
    happen(told.shop, 2)
    outbox.deliver(told)
    told.refresh_from_db()
    assert told.paused_at
    assert "three days" in told.paused_reason
    happen(told.shop)
    outbox.resume([told.pk])
    told.refresh_from_db()
    assert outbox.deliver(told) == 3


def test_410_pauses_at_once(receiver):
    told = endpoint(receiver)
    receiver.statuses = [410]
    happen(told.shop)
    outbox.deliver(told)
    told.refresh_from_db()
    assert told.paused_at
    assert OutgoingEvent.objects.get().delivered_at is None


def test_only_endpoints_that_asked_are_told(receiver):
    asked, other = endpoint(receiver), endpoint(receiver, events=["review.written"])
    happen(asked.shop)
    happen(other.shop)
    assert list(OutgoingEvent.objects.values_list("endpoint", flat=True)) == [asked.pk]


def test_pauses_grow_and_vary_and_have_a_limit():
    waits = [outbox.pause(n).total_seconds() for n in range(1, 40)]
    assert 2.5 <= waits[0] <= 5
    assert all(wait <= outbox.LONGEST_PAUSE for wait in waits)
    assert len({outbox.pause(30) for _ in range(10)}) > 1


def test_a_redirect_is_a_failure_and_not_followed(receiver):
    told = endpoint(receiver)
    receiver.statuses, receiver.headers_of_answer = [302], {"Location": receiver.url}
    happen(told.shop)
    assert outbox.deliver(told) == 0
    assert len(receiver.calls) == 1


def test_during_a_rotation_both_secrets_verify(receiver):
    told = endpoint(receiver)
    old = told.secrets[0]
    outbox.rotate(told)
    happen(told.shop)
    outbox.deliver(told)
    [(headers, content)] = receiver.calls
    for secret in (old, told.secrets[0]):
        Webhook(secret).verify(content, headers)


def test_an_event_can_be_told_again(receiver):
    told = endpoint(receiver)
    happen(told.shop)
    outbox.deliver(told)
    outbox.replay([OutgoingEvent.objects.get().pk])
    assert outbox.deliver(told) == 1


def test_several_at_a_time_all_arrive(receiver):
    told = endpoint(receiver, concurrency=4)
    happen(told.shop, 10)
    assert outbox.deliver(told) == 10


def test_segments_and_stages_are_told(receiver):
    shop = make.shop()
    wanted = ["customer.segment_entered", "customer.segment_left", "customer.stage_changed"]
    endpoint(receiver, shop, events=wanted)
    rule = {"field": "customer.email", "op": "is_set"}
    Segment.objects.create(shop=shop, name="With mail", key="mail", rule=rule)
    lifecycle.create(shop)
    ann = make.customer(shop)
    membership.refresh(shop, [ann.pk])
    stages.place(shop, [ann.pk])
    ann.email = ""
    ann.save()
    membership.refresh(shop)
    types = list(OutgoingEvent.objects.order_by("id").values_list("type", flat=True))
    assert types == [wanted[0], wanted[2], wanted[1]]
    assert OutgoingEvent.objects.earliest("id").data == {
        "customer": ann.external_id, "segment": "mail", "name": "With mail",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_task_delivers_to_several_endpoints_and_leaves_the_paused_one(receiver):
    first, second = endpoint(receiver), endpoint(receiver)
    paused = endpoint(receiver, paused_at=now())
    for told in (first, second, paused):
        happen(told.shop, 2)
    assert outbox.deliver_waiting() == 4
    assert outbox.deliver_waiting() == 0
    assert OutgoingEvent.objects.filter(delivered_at=None).count() == 2
