"""Each kind of step, for a whole batch at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now

from campaigns import engine, steps
from campaigns.models import Enrolment, Message
from customers.models import Customer
from segments.models import Membership, Segment
from shops.models import Endpoint, OutgoingEvent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
FRENCH = {"field": "customer.country", "op": "is", "value": "France"}


@pytest.fixture
def shop():
    return build.shop(timezone="Europe/Berlin")


def through(shop, *tree, customers=1, **plan):
    """Customers on their way through these steps, run as far as it goes now."""
    campaign = build.campaign(shop, plan={"steps": list(tree), **plan})
    people = customers if isinstance(customers, list) else [make.customer(shop)]
    for customer in people:
        build.enrolment(customer, campaign, entered_at=make.days_ago(1))
    engine.run_waiting()
    return campaign


def left(customer):
    entered = Enrolment.objects.get(customer=customer)
    return entered.outcome if entered.due_at is None else entered.step


def test_a_branch_takes_the_first_rule_that_holds(shop):
    ann, bob = make.customer(shop, country="France"), make.customer(shop)
    stop = [{"stop": "french"}]
    through(shop, {"branch": [{"if": FRENCH, "steps": stop}], "else": []}, customers=[ann, bob])

    assert (left(ann), left(bob)) == ("stopped: french", "completed")


def test_a_split_is_stable_and_keeps_its_shares(shop):
    people = [make.customer(shop) for _ in range(200)]
    ways = [
        {"name": name, "percent": percent, "steps": [{"stop": name}]}
        for name, percent in (("A", 25), ("B", 75))
    ]
    through(shop, {"split": ways}, customers=people)
    first = {e.customer_id: e.outcome for e in Enrolment.objects.all()}

    assert 25 <= sum(outcome == "stopped: A" for outcome in first.values()) <= 75
    assert Enrolment.objects.filter(outcome="stopped: A")[0].variants == {"0": "A"}
    Enrolment.objects.update(step="0", due_at=now(), outcome="")
    engine.run_waiting()
    assert {e.customer_id: e.outcome for e in Enrolment.objects.all()} == first


def test_attributes_are_set_and_the_customer_is_looked_at_again(shop):
    ann = make.customer(shop, attributes={"size": "M"})
    through(shop, {"set": {"vip": True, "size": "L"}}, customers=[ann])

    ann.refresh_from_db()
    assert ann.attributes == {"size": "L", "vip": True}
    assert ann.stalemark
    assert left(ann) == "completed"


def test_a_fixed_segment_takes_them_in_once(shop):
    segment = Segment.objects.create(shop=shop, name="VIP", key="vip", kind="static")
    ann = make.customer(shop)
    through(shop, {"add_to": "vip"}, {"add_to": "vip"}, customers=[ann])

    assert Membership.objects.get(segment=segment, left_at=None).customer == ann
    segment.refresh_from_db()
    assert segment.member_count == 1


def test_the_shops_endpoint_is_told_once(shop):
    Endpoint.objects.create(shop=shop, url="https://example.com/", events=["campaign.step_reached"])
    ann = make.customer(shop)
    through(shop, {"tell": "reached the end"}, customers=[ann])
    Enrolment.objects.update(step="0", due_at=now())
    engine.run_waiting()

    assert OutgoingEvent.objects.get().data["name"] == "reached the end"


@pytest.mark.parametrize(
    ("wait", "zone", "local"),
    [
        ({"until": "09:00"}, "UTC", "2026-12-02T09:00"),
        ({"until": "11:00"}, "UTC", "2026-12-01T11:00"),
        ({"until": "09:00"}, "Asia/Tokyo", "2026-12-02T09:00"),
        ({"until": "09:00", "weekday": "monday"}, "UTC", "2026-12-07T09:00"),
        ({"until": "11:00", "weekday": "tuesday"}, "UTC", "2026-12-01T11:00"),
        ({"until": "09:00", "weekday": "tuesday"}, "UTC", "2026-12-08T09:00"),
        ({"until": "09:00"}, "Not/AZone", "2026-12-02T09:00"),
        ({"best_hour": True}, "UTC", "2026-12-02T10:00"),
        ({"hours": 5}, "UTC", "2026-12-01T15:30"),
    ],
)
def test_waiting_ends_on_the_customers_own_clock(shop, monkeypatch, wait, zone, local):
    at = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)  # a Tuesday
    monkeypatch.setattr(steps, "now", lambda: at)
    ann = make.customer(shop, attributes={"timezone": zone})
    through(shop, {"wait": wait}, {"stop": "there"}, customers=[ann])

    due_at = Enrolment.objects.get().due_at
    assert due_at is not None
    clock = ZoneInfo("Europe/Berlin") if zone == "Not/AZone" else ZoneInfo(zone)
    assert due_at.astimezone(clock).strftime("%Y-%m-%dT%H:%M") == local


def test_whoever_waits_for_an_order_goes_on_when_it_comes_or_when_time_is_over(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    wait = {
        "wait_for": {"touchpoint": "order.placed", "hours": 48},
        "came": [{"stop": "thanks"}],
        "missed": [{"stop": "sorry"}],
    }
    through(shop, wait, customers=[ann, bob])
    assert engine.wake(shop, [ann.pk, bob.pk]) == 0

    make.touchpoint(ann, kind="order.placed", occurred_at=now() + timedelta(seconds=1))
    assert engine.wake(shop, [ann.pk, bob.pk]) == 1
    engine.run_waiting()
    assert (left(ann), left(bob)) == ("stopped: thanks", "0")

    Enrolment.objects.filter(customer=bob).update(due_at=now())
    engine.run_waiting()
    assert left(bob) == "stopped: sorry"


def test_the_goal_and_the_exit_are_asked_before_every_step(shop):
    ann, bob, cy = make.customer(shop), make.customer(shop, country="France"), make.customer(shop)
    make.touchpoint(ann, kind="order.placed")
    mail = {"send": build.template(shop).key}
    through(
        shop,
        mail,
        customers=[ann, bob, cy],
        goal={"touchpoint": "order.placed"},
        exit=FRENCH,
    )

    assert (left(ann), left(bob), left(cy)) == ("goal reached", "left by rule", "completed")
    assert Message.objects.get().customer == cy


def test_a_message_goes_by_the_channel_that_the_step_names(shop):
    through(shop, {"send": build.template(shop).key, "channel": "email"})

    assert Message.objects.get().channel == "email"
    assert Customer.objects.count() == 1


def test_the_best_hour_is_the_customers_own_where_it_is_known(shop, monkeypatch):
    monkeypatch.setattr(steps, "now", lambda: datetime(2026, 12, 1, 10, 30, tzinfo=UTC))
    ann = make.customer(shop, attributes={"timezone": "UTC"})
    make.profile(ann, best_hour=19)
    through(shop, {"wait": {"best_hour": True}}, {"stop": "there"}, customers=[ann])

    assert Enrolment.objects.get().due_at == datetime(2026, 12, 1, 19, tzinfo=UTC)


def test_a_wait_by_the_usual_gap_counts_from_the_last_order(shop, monkeypatch):
    at = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
    monkeypatch.setattr(steps, "now", lambda: at)
    ann, bob, cy = (make.customer(shop) for _ in range(3))
    make.profile(ann, last_order_at=at - timedelta(days=14), mean_gap_days=20.0)
    make.profile(bob, last_order_at=at - timedelta(days=90), mean_gap_days=20.0)
    through(shop, {"wait": {"usual_gap": 0.9}}, {"stop": "there"}, customers=[ann, bob, cy])

    due = dict(Enrolment.objects.values_list("customer", "due_at"))
    assert due[ann.pk] == at + timedelta(days=4)
    assert due[bob.pk] == at
    assert due[cy.pk] == at + timedelta(days=27)


def test_an_exit_rule_may_speak_of_another_segment(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    build.membership(ann, "friends")
    through(shop, {"stop": "end"}, customers=[ann, bob], exit={"segment": "friends"})

    assert (left(ann), left(bob)) == ("left by rule", "stopped: end")
