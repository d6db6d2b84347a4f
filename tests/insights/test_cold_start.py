"""From the first order on there are estimates: drawn towards the usual, with ranges, marked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from customers import profiles
from insights import scoring, training
from insights.models import TrainedModel
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db
OF_ORDERS = {
    "purchase_30d", "churn_90d", "orders_90d", "orders_365d", "next_order_days", "return_risk",
    "value_90d", "value_365d",
}  # fmt: skip


@pytest.fixture
def shop():
    """Two customers: one ordered once long ago, one every two weeks."""
    shop = make.shop()
    once = make.customer(shop, external_id="once")
    make.order(once, total_cents=2000, placed_at=make.days_ago(300))
    often = make.customer(shop, external_id="often")
    for number in range(20):
        make.order(often, total_cents=2000, placed_at=make.days_ago(5 + 14 * number))
    profiles.refresh(shop)
    return shop


def estimated(shop):
    for predictor in training.predictors().values():
        training.train(shop, predictor)
    scoring.score(shop)
    return {one.external_id: one for one in shop.customer_set.select_related("profile")}


def test_two_buyers_get_every_score_with_a_range_and_the_card_says_how_few_they_are(shop):
    people = estimated(shop)

    card = TrainedModel.objects.get(shop=shop, predictor="purchase_30d")
    assert (card.status, card.reason) == ("early", "2 of 200 buyers so far")
    assert people["often"].profile.scores.keys() == OF_ORDERS
    for one in scoring.told(people["often"]):
        assert one.is_early
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.high
        assert one.low <= one.value + 1e-3 <= one.high + 2e-3


def test_the_reason_is_read_in_the_readers_language_whatever_the_shops_is(shop, client):
    estimated(shop)
    card = TrainedModel.objects.get(shop=shop, predictor="purchase_30d")
    client.force_login(make.user(is_superuser=True))
    customer = shop.customer_set.get(external_id="often")
    for page in ("insights_trainedmodel_change", "customers_customer_change"):
        row = card if "model" in page else customer
        url = reverse(f"admin:{page}", args=[row.pk])
        assert "2 of 200 buyers so far" in client.get(url).content.decode()

        with translation.override("en"):  # what the request sets ends here
            answer = client.get(url, headers={"accept-language": "zh-hans"})
        chinese = answer.content.decode()

        assert "目前 2 位购买客户，需要 200 位" in chinese
        assert "buyers so far" not in chinese


def test_the_regular_is_likelier_to_come_and_sooner_than_who_came_once(shop):
    people = estimated(shop)

    often, once = people["often"].profile.scores, people["once"].profile.scores

    assert often["purchase_30d"] > 0.5 > once["purchase_30d"]
    assert often["churn_90d"] < once["churn_90d"]
    assert often["next_order_days"] < once["next_order_days"]
    assert 20 * often["orders_90d"] == pytest.approx(often["value_90d"], rel=0.1)
    assert often["value_365d"] > often["value_90d"] > 5 * once["value_90d"]
    (said,) = (s for s in scoring.told(people["often"]) if s.model.predictor == "purchase_30d")
    assert "Orders" in {reason.label for reason in said.higher}


def test_the_customer_page_and_the_api_mark_an_early_estimate(shop, client):
    people = estimated(shop)
    client.force_login(make.user(is_superuser=True))

    page = client.get(reverse("admin:customers_customer_change", args=[people["often"].pk]))
    told = Caller(shop).get("scores/often").json()["scores"]

    assert "an early estimate, between " in page.content.decode()
    assert {score["name"] for score in told} == OF_ORDERS
    assert all(score["early"] and score["low"] < score["high"] for score in told)


def test_a_shop_without_customers_has_nothing_to_say():
    card = training.train(make.shop(), training.predictors()["purchase_30d"])

    assert (card.status, card.reason) == ("off", "0 of 200 buyers so far")


def test_a_new_shop_is_trained_at_once_a_drifting_model_the_day_after_others_in_a_week(shop):
    purchase = training.predictors()["purchase_30d"]
    assert training.is_due(shop, purchase)
    training.train(shop, purchase)

    def due_in(**time):
        return training.is_due(shop, purchase, now() + timedelta(**time))

    assert not due_in(days=6)
    assert due_in(days=7, minutes=1)
    TrainedModel.objects.filter(shop=shop).update(status="live", drift=0.4)
    assert not due_in(hours=20)
    assert due_in(days=1, minutes=1)
