"""What lets people in: places, happenings, times on the wall, dates of their own, the API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from campaigns import engine, enrolment, entries
from campaigns.models import Campaign, Enrolment
from journeys.models import StageVisit
from segments.models import Membership
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
CART = {"touchpoint": "checkout.started", "after_hours": 2, "unless": "order.placed"}


@pytest.fixture
def shop():
    return build.shop(timezone="Europe/Berlin")


def running(shop, entry, **fields):
    plan = {"entry": entry, "steps": [{"wait_days": 1}, {"wait_days": 1}], **fields}
    return build.campaign(shop, plan=plan, launched_at=make.days_ago(30))


def ago(hours):
    return make.days_ago(hours / 24)


def test_leaving_a_place_lets_in_and_staying_does_not(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    for customer in (ann, bob):
        build.visit(customer)
        build.membership(customer, "friends")
    running(shop, {"stage": "at_risk", "on": "leave"})
    running(shop, {"segment": "friends", "on": "leave"})
    StageVisit.objects.filter(customer=ann).update(left_at=now())
    Membership.objects.filter(customer=ann).update(left_at=now())

    assert [enrolment.enrol(shop) for _ in range(2)] == [2, 0]

    assert set(Enrolment.objects.values_list("customer", flat=True)) == {ann.pk}


def test_a_cart_without_an_order_lets_in_after_two_hours_and_once(shop):
    ann, bob, cy, dan = (make.customer(shop) for _ in range(4))
    for customer, hours in ((ann, 3), (ann, 4), (bob, 3), (cy, 1), (dan, 24 * 9)):
        make.touchpoint(customer, kind="checkout.started", occurred_at=ago(hours))
    make.touchpoint(bob, kind="order.placed", occurred_at=ago(2))
    campaign = running(shop, CART)

    assert [enrolment.enrol_by_clock() for _ in range(2)] == [1, 0]

    entered = campaign.enrolments.get()
    assert entered.customer == ann
    assert entered.cause["touchpoint"] == "checkout.started"
    Enrolment.objects.update(due_at=None, left_at=now())  # gone through: the other cart is old
    assert enrolment.enrol_by_clock() == 0


def test_a_happening_is_chosen_by_what_it_says(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    make.touchpoint(ann, data={"category": "mugs", "sale": True})
    make.touchpoint(bob, data={"category": "hats", "sale": True})
    campaign = running(
        shop, {"touchpoint": "product.viewed", "where": {"category": "mugs", "sale": True}}
    )

    enrolment.enrol(shop, [ann.pk, bob.pk])

    assert campaign.enrolments.get().customer == ann


@pytest.mark.parametrize(
    ("zone", "hour_utc", "entered"),
    [("shop", 8, 2), ("shop", 7, 0), ("customer", 8, 1), ("customer", 14, 2), ("Asia/Tokyo", 1, 2)],
)
def test_a_time_on_the_wall_comes_when_it_comes_in_the_zone(
    shop, monkeypatch, zone, hour_utc, entered
):
    make.customer(shop, created_at=datetime(2025, 1, 1, tzinfo=UTC))
    make.customer(shop, attributes={"timezone": "America/New_York"})
    campaign = running(shop, {"at": "2026-12-01T09:00", "zone": zone})
    Campaign.objects.update(launched_at=datetime(2026, 11, 30, tzinfo=UTC))
    at = datetime(2026, 12, 1, hour_utc, 30, tzinfo=UTC)
    monkeypatch.setattr(enrolment, "now", lambda: at)

    assert [enrolment.enrol_by_clock() for _ in range(2)] == [entered, 0]

    assert campaign.enrolments.count() == entered


def test_a_time_that_came_while_we_were_down_for_long_is_left(shop, monkeypatch):
    make.customer(shop)
    running(shop, {"at": "2026-12-01T09:00"}, late_hours=6)
    Campaign.objects.update(launched_at=datetime(2026, 11, 30, tzinfo=UTC))
    monkeypatch.setattr(enrolment, "now", lambda: datetime(2026, 12, 1, 20, tzinfo=UTC))

    assert enrolment.enrol_by_clock() == 0


def test_a_letter_every_monday_comes_every_monday(shop, monkeypatch):
    make.customer(shop)
    running(shop, {"cron": "0 9 * * 1"}, reentry="always")
    Campaign.objects.update(launched_at=datetime(2026, 11, 30, 9, tzinfo=UTC))  # past 9 in Berlin
    seen = []
    for day in range(1, 16):
        at = datetime(2026, 12, day, 12, tzinfo=UTC)
        monkeypatch.setattr(enrolment, "now", lambda at=at: at)
        seen.append(enrolment.enrol_by_clock())
        Enrolment.objects.update(due_at=None, left_at=at)

    assert [day for day, count in enumerate(seen, 1) if count] == [7, 14]


@pytest.mark.parametrize(
    ("birthday", "local", "comes"),
    [
        ("1990-12-04", "2026-12-01T12:00", True),
        ("1990-12-04", "2026-12-01T07:00", False),
        ("1990-12-03", "2026-12-01T12:00", False),
        ("not a date", "2026-12-01T12:00", False),
        ("1992-02-29", "2027-02-25T12:00", True),
        ("1992-02-29", "2028-02-25T12:00", False),
        ("1992-02-29", "2028-02-26T12:00", True),
    ],
)
def test_birthdays_come_every_year_even_to_those_born_on_a_leap_day(
    shop, monkeypatch, birthday, local, comes
):
    make.customer(shop, attributes={"birthday": birthday, "timezone": "UTC"})
    make.customer(shop)
    running(shop, {"date": "birthday", "days": -3, "yearly": True, "time": "09:00"})
    at = datetime.fromisoformat(local).replace(tzinfo=UTC)
    monkeypatch.setattr(enrolment, "now", lambda: at)

    assert enrolment.enrol_by_clock() == comes
    Enrolment.objects.update(due_at=None, left_at=at)
    assert enrolment.enrol_by_clock() == 0


def test_the_api_lets_one_in_once_per_key_and_only_while_it_is_open(shop):
    ann = make.customer(shop)
    campaign = running(shop, {"api": True})

    def ask(key):
        return enrolment.enter(campaign, ann, key=key, details={"by": "shop"})

    assert [ask("a"), ask("a"), ask("b")] == [True, False, False]  # inside until the end
    Enrolment.objects.update(due_at=None, left_at=now())
    assert [ask("a"), ask("b")] == [False, True]
    campaign.status = "paused"
    assert not ask("c")


@pytest.mark.parametrize(
    ("policy", "days", "again"),
    [("always", 1, 1), ("never", 900, 0), ({"after_days": 30}, 20, 0), ({"after_days": 30}, 40, 1)],
)
def test_who_may_come_again_is_the_marketers_choice(shop, policy, days, again):
    ann = make.customer(shop)
    campaign = running(shop, {"touchpoint": "product.viewed"}, reentry=policy)
    make.touchpoint(ann, occurred_at=ago(2))
    enrolment.enrol(shop)
    past = make.days_ago(days)
    Enrolment.objects.update(due_at=None, entered_at=past, left_at=past)
    make.touchpoint(ann, occurred_at=ago(1))

    assert enrolment.enrol(shop, [ann.pk]) == again
    assert campaign.enrolments.count() == 1 + again


def test_the_excluded_and_the_control_group_get_nothing(shop):
    ann, bob = make.customer(shop, country="France"), make.customer(shop)
    for customer in (ann, bob):
        build.visit(customer)
    rule = {"field": "customer.country", "op": "is", "value": "France"}
    campaign = running(shop, {"stage": "at_risk"}, exclude=rule)
    shop.control_percent = 100
    shop.save()

    enrolment.enrol(shop)

    entered = campaign.enrolments.get()
    assert (entered.customer, entered.held_out, entered.due_at) == (bob, True, None)


def test_walls_are_listed_for_the_days_that_any_zone_may_be_in():
    since = datetime(2026, 12, 1, 9, tzinfo=UTC)

    assert len(entries.fires({"cron": "0 9 * * *"}, since, since + timedelta(hours=1))) == 2
    assert entries.fires({"at": "2026-12-05T09:00"}, since, since) == []


def test_nobody_is_inside_twice(shop):
    ann = make.customer(shop)
    campaign = running(shop, {"touchpoint": "product.viewed"})
    for minutes in (60, 30):
        make.touchpoint(ann, occurred_at=ago(minutes / 60))
        enrolment.enrol(shop)
    engine.run_due()

    assert campaign.enrolments.count() == 1


def test_any_of_several_happenings_counts_and_a_further_one_puts_it_off(shop):
    ann, bob, cy, dan = (make.customer(shop) for _ in range(4))
    cart = {"total_cents": 500}
    make.touchpoint(ann, kind="cart.updated", occurred_at=ago(3), data=cart)
    make.touchpoint(bob, kind="cart.updated", occurred_at=ago(3), data=cart)
    make.touchpoint(bob, kind="cart.updated", occurred_at=ago(1.5), data=cart)  # still at it
    make.touchpoint(cy, kind="cart.updated", occurred_at=ago(5), data=cart)
    make.touchpoint(cy, kind="cart.updated", occurred_at=ago(4.5), data={"total_cents": 0})
    make.touchpoint(dan, kind="checkout.started", occurred_at=ago(3), data=cart)
    kinds = ["cart.updated", "checkout.started"]
    entry = {"touchpoint": kinds, "after_hours": 2, "unless": [*kinds, "order.placed"],
             "where": {"total_cents": {"op": ">", "value": 0, "as": "number"}}}  # fmt: skip
    running(shop, entry)

    enrolment.enrol_by_clock()

    assert set(Enrolment.objects.values_list("customer", flat=True)) == {ann.pk, dan.pk}
