"""No predictor knows the future, and none goes live on answers that belong to other customers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.utils.timezone import now

from customers.models import Customer, Order, OrderLine, Touchpoint
from insights import training, uplift_features
from insights.models import TrainedModel
from insights.predictors.base import Lesson
from tests import make
from tests.insights import test_predictors as histories
from tests.insights.test_challengers import from_habit_to_none, shop_of

pytestmark = pytest.mark.django_db
KINDS = ("page.viewed", "product.viewed", "cart.updated", "message.opened")
OF_ORDERS = ("purchase_30d", "churn_90d", "orders_90d", "value_90d", "next_order_days")


def history(days):
    """A shop of twenty with a sale or return, and touchpoints, on every tenth day."""
    shop, random = make.shop(), np.random.default_rng(8)
    mug, orders, met = make.product(shop), [], []
    for n, buyer in enumerate(make.customer(shop) for _ in range(20)):
        for day in range(days, 0, -10):
            kind = "cancellation" if random.random() < 0.2 else "sale"
            orders.append(
                Order(shop=shop, customer=buyer, kind=kind, placed_at=make.days_ago(day),
                      external_id=f"{n}-{day}", currency="EUR",
                      total_cents=900 if kind == "sale" else -900)
            )  # fmt: skip
            met += [
                Touchpoint(shop=shop, customer=buyer, kind=what, source=f"{n}:{day}:{minutes}",
                           occurred_at=make.days_ago(day) - timedelta(minutes=minutes),
                           data={"product_id": mug.external_id})
                for minutes, what in enumerate(KINDS)
            ]  # fmt: skip
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(
        OrderLine(shop=shop, order=order, position=0, product=mug, unit_price_cents=900,
                  quantity=1 if order.kind == "sale" else -1, total_cents=order.total_cents)
        for order in orders
    )  # fmt: skip
    Touchpoint.objects.bulk_create(met)
    count_rows()
    return shop


def count_rows():
    """As Postgres does by itself where rows stay longer than a test: plans rest on it."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_order, customers_orderline")


@pytest.mark.parametrize("name", training.predictors())
def test_what_was_known_on_a_day_is_the_same_whether_or_not_later_rows_exist(name):
    shop, day = history(400), now() - timedelta(days=60)
    predictor = training.predictors()[name]
    before = predictor.read(shop, day)
    assert len(before.customers)

    Order.objects.filter(shop=shop, placed_at__gt=day).delete()
    Touchpoint.objects.filter(shop=shop, occurred_at__gt=day).delete()
    after = predictor.read(shop, day)

    assert np.array_equal(before.customers, after.customers)
    assert np.array_equal(before.matrix, after.matrix, equal_nan=True)


def test_what_a_campaign_learns_from_is_what_was_known_when_each_customer_entered():
    shop = history(200)
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
        return shop_of(from_habit_to_none, buyers=360 if name == "next_order_days" else 250)
    shop = make.shop()
    Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n), email=f"{n}@example.com") for n in range(350)
    )
    if name == "return_risk":
        histories.returned(shop)
        count_rows()
    elif name == "best_hour":
        histories.seen(shop, lambda n, random: 7 if n % 3 == 0 else 20)
    else:
        histories.visits(shop)
    return shop


@pytest.mark.parametrize("name", [*OF_ORDERS, "return_risk", "best_hour", "visit_intent"])
def test_shuffled_answers_switch_every_model_off(name):
    shop, predictor = told(name), training.predictors()[name]
    random, lesson = np.random.default_rng(0), predictor.lesson
    learned = training.train(shop, predictor)
    assert learned.metrics, learned.reason

    def shuffled(of: Any, at: Any) -> Lesson:
        told = lesson(of, at)
        return replace(told, truth=random.permutation(told.truth))

    vars(predictor)["lesson"] = shuffled
    card = training.train(shop, predictor)

    assert card.metrics
    assert card.status == "off", (card.method, card.metrics)
    assert not TrainedModel.objects.filter(shop=shop, status="live").exists()
