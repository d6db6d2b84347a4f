"""Reads a shop's purchases as they were known at a moment: binary COPY straight into arrays."""

from datetime import datetime
from typing import Any
from zlib import crc32

import numpy as np
from django.db import connection
from django.utils.timezone import now

from insights.purchases import Catalogue, Ints, Purchases
from shops.models import Shop

MOST_PRODUCTS = 5_000  # the best sellers of a year, then the newest; EASE inverts this squared
MOST_CUSTOMERS = 100_000  # who teaches: those who bought last
GROUPS = 64

CATALOGUE = """
SELECT p.id, p.title, p.category, p.price_cents FROM shops_product p LEFT JOIN (
    SELECT l.product_id, count(*) AS sold FROM customers_order o
    JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.shop_id = %(shop)s AND o.kind = 'sale'
    AND o.placed_at >= %(at)s - interval '365 days' AND o.placed_at < %(at)s GROUP BY l.product_id
) s ON s.product_id = p.id
WHERE p.shop_id = %(shop)s AND (s.sold > 0 OR p.available)
ORDER BY s.sold DESC NULLS LAST, p.updated_at DESC, p.id LIMIT %(most)s
"""
ENTRIES = """
COPY (
    WITH buyers AS (
        SELECT customer_id FROM customers_order
        WHERE shop_id = %(shop)s AND kind = 'sale' AND placed_at < %(at)s
        AND customer_id IS NOT NULL {only}
        GROUP BY customer_id ORDER BY max(placed_at) DESC LIMIT %(most)s
    )
    SELECT o.customer_id, l.product_id, o.id,
        extract(epoch FROM %(at)s - min(o.placed_at))::bigint
    FROM buyers JOIN customers_order o USING (customer_id)
    JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.shop_id = %(shop)s AND o.kind = 'sale' AND o.placed_at < %(at)s AND l.quantity > 0
    GROUP BY 1, 2, 3
) TO STDOUT (FORMAT BINARY)
"""
COUNTRIES = "SELECT id, country FROM customers_customer WHERE id = ANY(%s)"
FIELDS = ("customer", "product", "order", "seconds")
# A row of four bigints in PostgreSQL's binary COPY: the number of fields, then length and value.
ROW = np.dtype(
    [("fields", ">i2"), *[part for f in FIELDS for part in ((f"{f}_size", ">i4"), (f, ">i8"))]]
)
HEADER_BYTES, TRAILER_BYTES = 19, 2


def catalogue(shop: Shop, at: datetime | None = None) -> Catalogue:
    """What may be recommended: sold within the year, or on sale."""
    values: dict[str, Any] = {"shop": shop.pk, "at": at or now(), "most": MOST_PRODUCTS}
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE, values)
        rows = cursor.fetchall()
    return Catalogue(
        ids=np.array([row[0] for row in rows], np.int64),
        titles=[row[1] for row in rows],
        categories=[row[2] for row in rows],
        prices=np.array([row[3] if row[3] else np.nan for row in rows], np.float32),
    )


def purchases(
    shop: Shop,
    products: Catalogue,
    *,
    customers: list[int] | None = None,
    at: datetime | None = None,
) -> Purchases:
    """What these customers (None: the latest buyers) bought of these products before `at`."""
    rows = _entries(shop, customers, at or now())
    ids, places = np.unique(rows["product"], return_inverse=True)
    columns = np.array([products.column_of.get(int(pk), -1) for pk in ids], np.int64)
    buyers = np.array(sorted(customers), np.int64) if customers else np.unique(rows["customer"])
    column = columns[places] if len(ids) else np.zeros(0, np.int64)
    kept = column >= 0
    return Purchases(
        catalogue=products,
        customers=buyers,
        groups=_groups(buyers),
        row=np.searchsorted(buyers, rows["customer"][kept]),
        column=column[kept],
        order=rows["order"][kept].astype(np.int64),
        age=(rows["seconds"][kept] / 86_400).astype(np.float32),
    )


def _entries(shop: Shop, customers: list[int] | None, at: datetime) -> Any:
    only = "" if customers is None else "AND customer_id = ANY(%(customers)s)"
    values = {"shop": shop.pk, "at": at, "customers": customers, "most": MOST_CUSTOMERS}
    with connection.cursor() as cursor, cursor.copy(ENTRIES.format(only=only), values) as copy:
        content = b"".join(copy)
    return np.frombuffer(content[HEADER_BYTES : len(content) - TRAILER_BYTES], ROW)


def _groups(customers: Ints) -> Ints:
    """A number for each customer's country, the same in every run; some may share one."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTRIES, [customers.tolist()])
        countries = dict(cursor.fetchall())
    return np.array([crc32(countries[int(pk)].encode()) % GROUPS for pk in customers], np.int64)
