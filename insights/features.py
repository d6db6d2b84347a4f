"""What was known of each buyer at a moment: one statement, nothing later can change it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from shops.models import Shop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Column: how it reads in a reason.
FEATURES = {
    "orders": _("Orders"),
    "days_since_last": _("Days since the last order"),
    "days_as_customer": _("Days since the first order"),
    "mean_gap_days": _("Mean days between orders"),
    "gaps_since_last": _("Usual gaps passed since the last order"),
    "orders_30d": _("Orders in 30 days"),
    "orders_90d": _("Orders in 90 days"),
    "orders_365d": _("Orders in a year"),
    "average_value": _("Average order"),
    "cancellations": _("Cancellations"),
    "touchpoints_30d": _("Touchpoints in 30 days"),
    "touchpoints_90d": _("Touchpoints in 90 days"),
}
# A reader of `placed_at <= at` alone: rows that arrive later with later dates are never seen.
READ = """
WITH known AS (
    SELECT customer_id, kind, placed_at, total_cents FROM customers_order
    WHERE shop_id = %(shop)s AND customer_id IS NOT NULL AND placed_at <= %(at)s
    AND kind IN ('sale', 'cancellation') {only}
), bought AS (
    SELECT customer_id, count(*) FILTER (WHERE kind = 'sale') AS orders,
        count(*) FILTER (WHERE kind = 'cancellation') AS cancellations,
        min(placed_at) FILTER (WHERE kind = 'sale') AS first_at,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_at,
        count(*) FILTER (WHERE kind = 'sale' AND placed_at > %(at)s - interval '30 days') AS o30,
        count(*) FILTER (WHERE kind = 'sale' AND placed_at > %(at)s - interval '90 days') AS o90,
        count(*) FILTER (WHERE kind = 'sale' AND placed_at > %(at)s - interval '365 days') AS o365,
        avg(total_cents) FILTER (WHERE kind = 'sale') / 100.0 AS average_value
    FROM known GROUP BY customer_id
), met AS (
    SELECT customer_id,
        count(*) FILTER (WHERE occurred_at > %(at)s - interval '30 days') AS t30, count(*) AS t90
    FROM customers_touchpoint
    WHERE shop_id = %(shop)s AND customer_id IS NOT NULL AND occurred_at <= %(at)s
    AND occurred_at > %(at)s - interval '90 days' AND kind NOT LIKE 'order.%%' {only}
    GROUP BY customer_id
), aged AS (
    SELECT *, extract(epoch FROM %(at)s - last_at) / 86400.0 AS since,
        extract(epoch FROM %(at)s - first_at) / 86400.0 AS age,
        extract(epoch FROM last_at - first_at) / 86400.0 AS span
    FROM bought WHERE orders > 0
)
SELECT a.customer_id, orders::float, since::float, age::float,
    (CASE WHEN orders > 1 THEN span / (orders - 1) ELSE age END)::float,
    (since / greatest(1, CASE WHEN orders > 1 THEN span / (orders - 1) ELSE age END))::float,
    o30::float, o90::float, o365::float, average_value::float, cancellations::float,
    coalesce(t30, 0)::float, coalesce(t90, 0)::float
FROM aged a LEFT JOIN met ON met.customer_id = a.customer_id ORDER BY a.customer_id
"""
FOLLOWED = """
SELECT customer_id, count(*)::float FROM customers_order
WHERE shop_id = %s AND kind = 'sale' AND placed_at > %s AND placed_at <= %s
AND customer_id IS NOT NULL GROUP BY customer_id
"""


@dataclass(frozen=True)
class Table:
    """A row per buyer (ascending ids), columns as in FEATURES, as known `at` that moment."""

    at: datetime
    customers: Ints
    matrix: Floats

    def column(self, name: str) -> Floats:
        """One feature of every buyer."""
        return self.matrix[:, list(FEATURES).index(name)]


def read(shop: Shop, at: datetime, customer: int | None = None) -> Table:
    """The shop's buyers, or one of them, as known at the moment."""
    only = "" if customer is None else "AND customer_id = %(customer)s"
    with connection.cursor() as cursor:
        cursor.execute(READ.format(only=only), {"shop": shop.pk, "at": at, "customer": customer})
        rows = np.array(cursor.fetchall(), dtype=float).reshape(-1, 1 + len(FEATURES))
    return Table(at, rows[:, 0].astype(np.int64), rows[:, 1:])


def orders_after(shop: Shop, table: Table, days: int) -> Floats:
    """How many orders each row's customer placed in the days after the table's moment."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED, [shop.pk, table.at, table.at + timedelta(days=days)])
        followed = dict(cursor.fetchall())
    return np.array([followed.get(customer, 0.0) for customer in table.customers.tolist()])
