"""Stock and cost come from the shop; a marketer's rule in plain words makes offers follow them."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from customers import profiles
from insights import recommendation_runs, recommending
from insights.recommendation_models import AssortmentRule
from shops.models import Product
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db
NAMES = ("Cup", "Plate", "Tray", "Spade", "Hose", "Rake")


@pytest.fixture
def shop():
    """Thirty customers who each bought all of one half of six products but the last of it."""
    shop = make.shop()
    things = [
        make.product(shop, title=name, external_id=name.lower(), price_cents=1000) for name in NAMES
    ]
    for number in range(30):
        buyer, mine = make.customer(shop), things[:3] if number % 2 == 0 else things[3:]
        for order, days in enumerate((90, 60, 30, 5)):
            bought = mine[: 2 if number >= 28 else 3] if order else mine[:1]
            make.order(buyer, lines=tuple((thing, 1, 1000) for thing in bought),
                       placed_at=make.days_ago(days + number % 3))  # fmt: skip
    profiles.refresh(shop)
    return shop


def offered(shop, customer=None, kind="all"):
    return [one.product for one in recommending.recommend(shop, customer, kind=kind)]


def told(shop, product, **said):
    answer = Caller(shop).send("PUT", f"products/{product}", said)
    assert answer.status_code == 200, answer.content
    return answer.json()


def rule(shop, kind, bound, **fields):
    return AssortmentRule.objects.create(shop=shop, kind=kind, bound=bound, **fields)


def last(shop):
    return shop.customer_set.order_by("pk")[28]  # has cup and plate, no tray


def test_what_the_shop_tells_by_the_api_is_kept_and_told_again(shop):
    answer = told(shop, "tray", stock_count=3, cost_cents=400)
    told(shop, "tray", title="Big tray")
    new = told(shop, "vase", title="Vase", price_cents=900, available=False)

    assert (answer["stock_count"], answer["cost_cents"], answer["price_cents"]) == (3, 400, 1000)
    tray = Product.objects.get(shop=shop, external_id="tray")
    assert (tray.title, tray.stock_count, tray.cost_cents) == ("Big tray", 3, 400)
    assert (new["stock_count"], new["cost_cents"], new["available"]) == (None, None, False)
    assert Caller(shop).send("PUT", "products/tray", {"stock_count": "many"}).status_code == 400
    assert Caller(shop, ["read:products"]).send("PUT", "products/tray", {}).status_code == 403


def test_what_is_sold_out_is_not_offered_and_comes_back_with_its_stock(shop):
    recommendation_runs.learn(shop)
    assert "tray" in offered(shop, last(shop), "new")

    told(shop, "tray", stock_count=0)
    assert "tray" not in offered(shop, last(shop), "new")
    assert "tray" not in offered(shop)

    told(shop, "tray", stock_count=2)
    assert "tray" in offered(shop, last(shop), "new")


@pytest.mark.parametrize(
    ("kind", "bound", "said"),
    [("low_stock", 5, {"stock_count": 4}), ("low_margin", 30, {"cost_cents": 800})],
)
def test_what_is_nearly_sold_out_or_earns_little_is_held_back_before_the_night_and_after(
    shop, kind, bound, said
):
    recommendation_runs.learn(shop)
    told(shop, "tray", **said)
    assert "tray" in offered(shop, last(shop), "new")

    made = rule(shop, kind, bound)

    assert "tray" not in offered(shop, last(shop), "new")
    assert {"cup", "plate"} <= {*offered(shop, last(shop))}  # of which nothing is known
    recommendation_runs.learn(shop)
    assert "tray" not in offered(shop)
    AssortmentRule.objects.filter(pk=made.pk).update(active=False)
    recommendation_runs.learn(shop)
    assert "tray" in offered(shop, last(shop), "new")


@pytest.mark.parametrize(
    ("kind", "bound", "said"),
    [("high_stock", 100, {"stock_count": 500}), ("high_margin", 60, {"cost_cents": 300})],
)
def test_what_there_is_plenty_of_or_earns_much_comes_first_also_for_strangers(
    shop, kind, bound, said
):
    recommendation_runs.learn(shop)
    assert offered(shop)[0] != "rake"

    told(shop, "rake", **said)
    rule(shop, kind, bound)
    recommendation_runs.learn(shop)

    assert offered(shop)[0] == "rake"


def test_a_rule_may_be_of_one_category_and_there_is_one_of_each(shop):
    Product.objects.filter(external_id__in=["cup", "tray"]).update(category="Kitchen")
    for product in ("tray", "rake"):
        told(shop, product, stock_count=1)
    rule(shop, "low_stock", 5, category="Kitchen")
    recommendation_runs.learn(shop)

    assert "tray" not in offered(shop)
    assert "rake" in offered(shop)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(shop, "low_stock", 9, category="Kitchen")


def test_another_shops_rule_holds_nothing_back_here(shop):
    told(shop, "tray", stock_count=1)
    rule(make.shop(), "low_stock", 5)
    recommendation_runs.learn(shop)

    assert "tray" in offered(shop)


def test_the_marketer_writes_it_in_words_and_sees_for_how_many_it_holds(client, shop):
    client.force_login(make.user(is_superuser=True))
    told(shop, "tray", stock_count=1)
    form = {"shop": shop.pk, "kind": "low_stock", "bound": 5, "active": "on"}

    client.post(reverse("admin:insights_assortmentrule_add"), form)
    again = client.post(reverse("admin:insights_assortmentrule_add"), form)

    assert AssortmentRule.objects.get().bound == 5
    assert "There is such a rule already." in again.content.decode()
    listed = client.get(reverse("admin:insights_assortmentrule_changelist"))
    assert "hold back what has fewer pieces in stock than 5" in listed.content.decode()
    page = listed.context["cl"].model_admin
    assert page.fits(AssortmentRule.objects.get()) == 1
