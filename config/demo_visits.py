"""Visits that the demo makes up: its real orders come without what customers did before them.

They follow from the orders (whose, when, which product), are the same in every run, and each says
in its data that it is made up. Not every order gets some, and not every visit ends in an order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import connection
from django.db.models import Max

from customers import touchpoints
from customers.models import Order
from customers.touchpoints import Row
from shops import partitions
from shops.models import Shop

DAYS = 90
SAID = "made up for the demo"
# Kinds and how long before the order; two orders in nine come without a visit.
BEFORE_ORDERS: tuple[tuple[tuple[str, timedelta], ...], ...] = tuple(
    tuple((kind, timedelta(**ago)) for kind, ago in way)
    for way in (
        [],
        [],
        [("product.viewed", {"minutes": 9})],
        [("page.viewed", {"minutes": 31}), ("product.viewed", {"minutes": 22}),
         ("cart.updated", {"minutes": 6})],
        [("search.made", {"minutes": 26}), ("product.viewed", {"minutes": 19}),
         ("cart.updated", {"minutes": 4})],
        [("search.made", {"minutes": 12}), ("product.viewed", {"minutes": 8})],
        [("product.viewed", {"days": 3}), ("product.viewed", {"minutes": 14}),
         ("cart.updated", {"minutes": 5})],
        [("page.viewed", {"days": 6}), ("search.made", {"days": 6, "minutes": -4}),
         ("cart.updated", {"minutes": 3})],
        [("cart.updated", {"days": 1}), ("cart.updated", {"minutes": 2})],
    )
)  # fmt: skip
BEFORE_SILENCE = (
    ("page.viewed",),
    ("search.made",),
    ("page.viewed", "product.viewed"),
    ("search.made", "product.viewed"),
    ("product.viewed", "cart.updated"),
)
ONE_IN = 3  # of those who ordered nothing for the 90 days looked around in vain
PRODUCT = """CROSS JOIN LATERAL (SELECT p.external_id, p.title FROM customers_orderline l
    JOIN shops_product p ON p.id = l.product_id WHERE l.order_id = o.id AND p.available
    ORDER BY l.position LIMIT 1) AS p"""
ORDERED = f"""
SELECT o.external_id, o.customer_id, o.placed_at, p.external_id, p.title
FROM customers_order o {PRODUCT}
WHERE o.shop_id = %(shop)s AND o.kind = 'sale' AND o.customer_id IS NOT NULL
AND o.placed_at > %(since)s ORDER BY o.id
"""
SILENT = f"""
SELECT o.external_id, o.customer_id, o.placed_at, p.external_id, p.title FROM (
    SELECT DISTINCT ON (customer_id) id, external_id, customer_id, placed_at FROM customers_order
    WHERE shop_id = %(shop)s AND kind = 'sale' AND customer_id IS NOT NULL
    ORDER BY customer_id, placed_at DESC) AS o {PRODUCT}
WHERE o.placed_at <= %(since)s ORDER BY o.customer_id
"""


def make(shop: Shop) -> int:
    """Record them; returns how many are new. Safe to repeat."""
    orders = Order.objects.filter(shop=shop, kind="sale", customer__isnull=False)
    newest = orders.aggregate(newest=Max("placed_at"))["newest"]
    if newest is None:
        return 0
    rows = [*_before_orders(shop, newest), *_before_silence(shop, newest)]
    partitions.ensure("customers_touchpoint", [row.occurred_at for row in rows])
    return touchpoints.record(rows)


def _before_orders(shop: Shop, newest: datetime) -> Iterator[Row]:
    for order, customer, placed_at, product, title in _read(ORDERED, shop, newest):
        way = BEFORE_ORDERS[crc32(order.encode()) % len(BEFORE_ORDERS)]
        for place, (kind, ago) in enumerate(way):
            yield _row(shop, customer, kind, f"{order}:{place}", placed_at - ago, product, title)


def _before_silence(shop: Shop, newest: datetime) -> Iterator[Row]:
    """From 80 to 35 days ago: what was followed by nothing for 30 days counts as lost."""
    for order, customer, _last_at, product, title in _read(SILENT, shop, newest):
        drawn = crc32(order.encode())
        if drawn % ONE_IN:
            continue
        began = newest - timedelta(days=35 + drawn // ONE_IN % 45, hours=drawn % 7)
        for place, kind in enumerate(BEFORE_SILENCE[drawn // 7 % len(BEFORE_SILENCE)]):
            at = began + timedelta(minutes=4 * place)
            yield _row(shop, customer, kind, f"{order}:later:{place}", at, product, title)


def _row(
    shop: Shop, customer: int, kind: str, source: str, at: datetime, product: str, title: str
) -> Row:
    about: dict[str, Any] = {"how": SAID}
    if kind == "product.viewed":
        about |= {"product_id": product, "title": title}
    elif kind == "search.made":
        about |= {"query": title.lower()[:60]}
    elif kind == "cart.updated":
        about |= {"lines": [{"product_id": product, "quantity": 1}]}
    return Row(shop.pk, customer, kind, f"demo:{source}", at, about)


def _read(statement: str, shop: Shop, newest: datetime) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {"shop": shop.pk, "since": newest - timedelta(days=DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
