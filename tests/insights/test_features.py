"""Reading everybody's history takes no longer where the database has no statistics of it yet."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from customers.models import Customer, Order, OrderLine
from insights import training
from shops.models import Product
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE, ORDERS = 1000, 4


def fill(shop):
    people = Customer.objects.bulk_create(
        Customer(shop=shop, external_id=str(n)) for n in range(PEOPLE)
    )
    product = Product.objects.create(shop=shop, external_id="p", title="P", price_cents=100)
    orders = Order.objects.bulk_create(
        Order(shop=shop, customer=one, external_id=f"{one.pk}-{n}", currency="EUR",
              placed_at=now() - timedelta(days=n + 1), total_cents=100)
        for one in people for n in range(ORDERS)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(shop=shop, order=one, position=1, product=product, quantity=1,
                  unit_price_cents=100, total_cents=100)
        for one in orders
    )  # fmt: skip


@pytest.mark.parametrize("name", ["return_risk", "orders_90d"])
def test_without_statistics_everybody_is_read_as_fast_as_with_them(name):
    shop, predictor = make.shop(), training.predictors()[name]
    fill(shop)
    Order.objects.all().delete()
    with connection.cursor() as cursor:  # it now believes that there are no orders
        cursor.execute("ANALYZE customers_order, customers_orderline")
    Customer.objects.all().delete()
    Product.objects.all().delete()
    fill(shop)

    def seconds():
        began = time.perf_counter()
        assert len(predictor.read(shop, now()).customers) == PEOPLE
        return time.perf_counter() - began

    without = seconds()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        with_them = seconds()
        assert without < 10 * with_them
        cursor.execute("SELECT current_setting('enable_nestloop')")
        assert cursor.fetchone() == ("on",)
