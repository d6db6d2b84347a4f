"""The demo's visits: made up, said so, the same again, and enough for ways to show something."""

import pytest

from config import demo_visits
from customers.models import Touchpoint
from journeys import ways
from tests import make

pytestmark = pytest.mark.django_db


def test_visits_follow_from_orders_once_and_ways_to_purchase_and_loss_come_of_them():
    shop, other = make.shop(), make.shop()
    for of in (shop, other):
        mug = make.product(of, title="Mug")
        for number in range(60):
            days = 10 + number if number < 30 else 200
            buyer, at = make.customer(of), make.days_ago(days)
            make.order(buyer, lines=((mug, 1, 500),), placed_at=at, external_id=f"o{number}")
            make.touchpoint(buyer, kind="order.placed", occurred_at=at)

    made = demo_visits.make(shop)
    assert demo_visits.make(shop) == 0

    visits = Touchpoint.objects.filter(shop=shop, source__startswith="demo:")
    assert visits.count() == made > 40
    assert {visit.data["how"] for visit in visits} == {"made up for the demo"}
    assert not Touchpoint.objects.filter(shop=other, source__startswith="demo:").exists()
    found = ways.measure(shop, 90)
    assert found.bought + found.unseen == 30
    assert min(found.bought, found.unseen, found.lost) > 2
    assert max(one.lost for one in found.met) > 0.3


def test_a_shop_without_orders_gets_none():
    assert demo_visits.make(make.shop()) == 0
