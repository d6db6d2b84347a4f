"""Long lists in pages: complete, stable while rows arrive, and bounded in cost."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from tests import make
from tests.api.calling import Caller

pytestmark = pytest.mark.django_db


def pages(caller, path, between=lambda: None, **params):
    """All rows of a list, page by page."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        said = caller.get(path, **params, **cursor).json()
        found += said["data"]
        if said["next_cursor"] is None:
            return found
        cursor = {"cursor": said["next_cursor"]}
        between()


def test_every_row_comes_once_however_small_the_pages():
    shop = make.shop()
    made = [make.customer(shop).external_id for _ in range(7)]

    for limit in (1, 3, 7, 100):
        found = [row["id"] for row in pages(Caller(shop), "customers", limit=limit)]
        assert found == made[::-1]


def test_rows_that_arrive_or_go_meanwhile_shift_nothing():
    shop = make.shop()
    made = [make.customer(shop) for _ in range(6)]

    def meanwhile():
        make.customer(shop)
        Customer.objects.filter(pk=made[-1].pk).delete()

    found = [row["id"] for row in pages(Caller(shop), "customers", meanwhile, limit=2)]

    assert found == [customer.external_id for customer in made[::-1]]


def test_rows_of_one_moment_are_neither_lost_nor_doubled():
    ann, at = make.customer(make.shop()), make.days_ago(1)
    for _ in range(5):
        make.order(ann, placed_at=at)

    found = [row["id"] for row in pages(Caller(ann.shop), "orders", limit=2)]

    assert len(found) == len(set(found)) == 5


def test_a_cursor_belongs_to_the_list_and_shop_that_gave_it_out():
    shop = make.shop()
    for _ in range(2):
        make.order(make.customer(shop))
    cursor = Caller(shop).get("customers", limit=1).json()["next_cursor"]

    assert Caller(shop).get("customers", cursor=cursor).status_code == 200
    assert Caller(shop).get("orders", cursor=cursor).status_code == 422
    assert Caller(make.shop()).get("customers", cursor=cursor).status_code == 422
    assert Caller(shop).get("customers", cursor=cursor[:-1] + "x").status_code == 422


LISTS = ["customers", "orders", "touchpoints", "reviews", "deliveries", "products"]


@pytest.mark.parametrize("path", LISTS)
def test_a_page_neither_counts_nor_skips(path):
    shop = make.shop()
    caller = Caller(shop)
    with CaptureQueriesContext(connection) as queries:
        caller.get(path, limit=2)

    sql = " ".join(query["sql"] for query in queries)
    assert "COUNT(" not in sql
    assert "OFFSET" not in sql
    assert "LIMIT 3" in sql


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("customers", "customer_of_shop"),
        ("orders", "order_time"),
        ("touchpoints", "shop_id_occurred_at_idx"),
        ("reviews", "review_of_shop"),
        ("deliveries", "shop_id_received_at_idx"),
        ("products", "product_of_shop"),
    ],
)
def test_a_page_is_read_along_an_index(path, index):
    caller = Caller(make.shop())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as queries:
        caller.get(path, limit=2)
    (statement,) = [query["sql"] for query in queries if "LIMIT 3" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert index in plan


def test_orders_cost_the_same_number_of_queries_however_many_there_are():
    shop = make.shop()
    caller = Caller(shop)

    def queries():
        make.order(make.customer(shop), lines=((make.product(shop), 1, 100),))
        with CaptureQueriesContext(connection) as captured:
            caller.get("orders")
        return len(captured)

    queries()
    assert queries() == queries()
