"""No predictor knows the future, and none goes live on answers that belong to other customers."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils.timezone import now

from customers.models import Customer, Order, Touchpoint
from insights import training, uplift_features
from insights.models import TrainedModel
from tests import make
from tests.insights import test_predictors as histories
from tests.insights.test_challengers import from_habit_to_none, shop_of

pytestmark = pytest.mark.django_db
KINDS = ("page.viewed", "product.viewed", "cart.updated", "message.opened")
OF_ORDERS = ("purchase_30d", "churn_90d", "orders_90d", "value_90d", "next_order_days")


def history(since, until):
    """A shop of forty with sales, returns and touchpoints on every fifth day of the span."""
    shop, random = make.shop(), np.random.default_rng(8)
    mug = make.product(shop)
    for number in range(40):
        buyer = make.customer(shop, external_id=f"c{number}")
        for day in range(since, until, -5):
            kind = "cancellation" if random.random() < 0.2 else "sale"
            sign = 1 if kind == "sale" else -1
            make.order(buyer, lines=((mug, sign, 900),), kind=kind, placed_at=make.days_ago(day),
                       total_cents=sign * 900, external_id=f"{number}-{day}")  # fmt: skip
            for minutes, what in enumerate(KINDS):
                at = make.days_ago(day) - timedelta(minutes=minutes)
                make.touchpoint(buyer, kind=what, occurred_at=at,
                                data={"product_id": mug.external_id})  # fmt: skip
    return shop


@pytest.mark.parametrize("name", training.predictors())
def test_what_was_known_on_a_day_is_the_same_whether_or_not_later_rows_exist(name):
    shop, day = history(400, 0), now() - timedelta(days=60)
    predictor = training.predictors()[name]
    before = predictor.read(shop, day)
    assert len(before.customers)

    Order.objects.filter(shop=shop, placed_at__gt=day).delete()
    Touchpoint.objects.filter(shop=shop, occurred_at__gt=day).delete()
    after = predictor.read(shop, day)

    assert np.array_equal(before.customers, after.customers)
    assert np.array_equal(before.matrix, after.matrix, equal_nan=True)


def test_what_a_campaign_learns_from_is_what_was_known_when_each_customer_entered():
    shop = history(200, 0)
    people = list(Customer.objects.filter(shop=shop).order_by("pk").values_list("pk", flat=True))
    moments = [now() - timedelta(days=30 + place) for place in range(len(people))]
    before = uplift_features.read_each(people, moments)

    Order.objects.filter(shop=shop, placed_at__gt=make.days_ago(30)).delete()
    Touchpoint.objects.filter(shop=shop, occurred_at__gt=make.days_ago(30)).delete()
    after = uplift_features.read_each(people, moments)

    assert before.matrix[:, 0].min() > 0
    assert np.array_equal(before.matrix, after.matrix)


def told(name):
    """A shop in whose history the answer to the question can be found."""
    if name in OF_ORDERS:
        return shop_of(from_habit_to_none)
    shop = make.shop()
    Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(300)
    )
    if name == "return_risk":
        histories.returned(shop)
    elif name == "best_hour":
        histories.seen(shop, lambda n, random: 7 if n % 3 == 0 else 20)
    else:
        histories.visits(shop)
    return shop


@pytest.mark.parametrize("name", [*OF_ORDERS, "return_risk", "best_hour", "visit_intent"])
def test_shuffled_answers_switch_every_model_off(name):
    shop, predictor = told(name), training.predictors()[name]
    random, truth = np.random.default_rng(0), predictor.truth
    learned = training.train(shop, predictor)
    assert learned.metrics, learned.reason

    vars(predictor)["truth"] = lambda of, table: random.permutation(truth(of, table))
    card = training.train(shop, predictor)

    assert card.metrics
    assert card.status == "off", (card.method, card.metrics)
    assert not TrainedModel.objects.filter(shop=shop, status="live").exists()
