"""What some customers did, from the one statement, is what a naive count over their stays finds."""

import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from customers.models import Order
from journeys.models import StageVisit
from journeys.transitions import measure
from journeys.whose import Whose
from segments.models import Membership, Segment
from tests import make
from tests.journeys.going import last, went

KEYS = ["new", "active", "at_risk", "lost", "loyal"]


def day(at):
    return at.astimezone(ZoneInfo("Europe/Berlin")).date()


def a_random_shop():
    """Forty customers, half of them in the segment; with the days that are asked for."""
    shop = make.shop(timezone="Europe/Berlin", currency="EUR")
    some = Segment.objects.create(shop=shop, name="Some", key="some", rule={})
    draw, mug = random.Random(7), make.product(shop)
    for number in range(40):
        ann = make.customer(shop)
        days = sorted((draw.uniform(0.1, 90) for _ in range(draw.randint(1, 5))), reverse=True)
        journey = went(ann, *zip(draw.sample(KEYS, len(days)), days, strict=True))
        for _ in range(draw.randint(0, 4)):
            at = make.days_ago(draw.uniform(0, 90))
            make.order(ann, placed_at=at, lines=((mug, 1, draw.randint(1, 900)),))
        if number % 2:
            Membership.objects.create(shop=shop, segment=some, customer=ann)
    return journey, last(shop, 45)


def stays_of(journey, period):
    """The members' stays that reach into the days."""
    members = Membership.objects.values("customer")
    return [
        stay
        for stay in StageVisit.objects.filter(journey=journey, customer__in=members)
        if day(stay.entered_at) < period.end
        and (stay.left_at is None or day(stay.left_at) >= period.start)
    ]


def spent(stay, period):
    """The amounts of the orders that were placed there."""
    return [
        order.total_cents
        for order in Order.objects.filter(customer=stay.customer, currency="EUR")
        if period.start <= day(order.placed_at) < period.end
        and stay.entered_at < order.placed_at
        and (stay.left_at is None or order.placed_at <= stay.left_at)
    ]


@pytest.mark.django_db
def test_any_customers_of_a_random_shop_are_measured_as_a_naive_count_does():
    journey, period = a_random_shop()

    found = measure(journey, period, Whose(segment="some"))

    stays = stays_of(journey, period)
    assert len(stays) > 30
    for standing in found.standings:
        here = [stay for stay in stays if stay.stage == standing.stage]
        began = [stay for stay in here if day(stay.entered_at) < period.start]
        amounts = [cents for stay in here for cents in spent(stay, period)]
        assert (standing.at_start, standing.stays) == (len(began), len(here))
        assert standing.left == sum(stay.left_at is not None for stay in here)
        assert (standing.order_count, standing.revenue_cents) == (len(amounts), sum(amounts))
    moves = Counter((stay.stage_id, stay.left_to_id) for stay in stays if stay.left_at)
    ways = {(e.origin.pk, e.target and e.target.pk): e.moves for e in found.edges if e.origin}
    assert ways == moves
