"""What reviews blame, though they are kind on the whole, and what turned bad, comes later."""

import pytest

from insights import recommendation_runs, recommending
from reviews_nlp import alarms, reading
from reviews_nlp.models import AspectAlarm
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def things():
    """Two products of one shop that sell alike."""
    shop = make.shop()
    made = [make.product(shop, external_id=name, title=name.title()) for name in ("cup", "mug")]
    for _ in range(5):
        make.order(make.customer(shop), lines=tuple((thing, 1, 500) for thing in made))
    return made


def reviewed(thing, text, days, **data):
    make.touchpoint(make.customer(thing.shop), kind="review.written", unread=True,
                    occurred_at=make.days_ago(days),
                    data={"text": text, "product_id": thing.external_id, **data})  # fmt: skip


def order_of(shop):
    recommendation_runs.learn(shop)
    return [one.product for one in recommending.recommend(shop, None)]


@pytest.mark.parametrize("blamed", [0, 1])
def test_an_aspect_that_is_blamed_counts_against_a_product(things, blamed):
    for number in range(6):
        reviewed(things[blamed], f"Great fabric but runs small {number}", 20 + number, rating=4)
        reviewed(things[1 - blamed], f"Great fabric and fits well {number}", 20 + number, rating=4)
    assert reading.read() == 12

    assert order_of(things[0].shop) == [things[1 - blamed].external_id, things[blamed].external_id]


@pytest.mark.parametrize("bad", [0, 1])
def test_what_turned_bad_comes_later_until_the_alarm_is_settled(things, bad):
    for number in range(12):
        for thing in things:
            reviewed(thing, f"The quality is great {number}", 90 - number)
        reviewed(things[bad], f"Poor quality, broke {number}", 20 - number)
        reviewed(things[1 - bad], f"Poor quality, broke {number}", 150 - number)
    reading.read()
    assert alarms.look(things[0].shop) == 1

    assert order_of(things[0].shop) == [things[1 - bad].external_id, things[bad].external_id]
    AspectAlarm.objects.update(settled_at=make.days_ago(0))
    scores = {one.product: one.score for one in recommending.recommend(things[0].shop, None)}
    recommendation_runs.learn(things[0].shop)
    after = {one.product: one.score for one in recommending.recommend(things[0].shop, None)}
    assert after[things[bad].external_id] > scores[things[bad].external_id]
