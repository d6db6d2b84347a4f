"""What was known of each buyer at a moment: one statement, nothing later can change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from shops.models import Shop
from shops.planned import JOINED_AT_ONCE, planned

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
SOLD_AFTER = """FROM customers_order
WHERE shop_id = %(shop)s AND kind = 'sale' AND placed_at > %(at)s AND placed_at <= %(until)s
AND customer_id IS NOT NULL GROUP BY customer_id
"""
FOLLOWED = f"SELECT customer_id, count(*)::float {SOLD_AFTER}"
SPENT = f"SELECT customer_id, sum(total_cents)::float / 100 {SOLD_AFTER}"
NEXT = f"""SELECT customer_id, (extract(epoch FROM min(placed_at) - %(at)s) / 86400)::float
{SOLD_AFTER}"""


@dataclass(frozen=True)
class Table:
    """A row per customer (ascending ids), a column per feature, as known `at` that moment."""

    at: datetime
    customers: Ints
    matrix: Floats
    features: Mapping[str, Any]  # how each column reads in a reason

    def column(self, name: str) -> Floats:
        """One feature of everybody."""
        return self.matrix[:, list(self.features).index(name)]

    def rows(self, chosen: Any) -> "Table":
        """Only these rows."""
        return Table(self.at, self.customers[chosen], self.matrix[chosen], self.features)


def table(at: datetime, rows: list[Any], names: Mapping[str, Any]) -> Table:
    """From rows of a customer's id and the features."""
    found = np.array(rows, dtype=float).reshape(-1, 1 + len(names))
    return Table(at, found[:, 0].astype(np.int64), found[:, 1:], names)


def read(shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
    """The shop's buyers, or some of them, as known at the moment."""
    only = "" if customers is None else "AND customer_id = ANY(%(customers)s)"
    values: dict[str, Any] = {"shop": shop.pk, "at": at, "customers": customers}
    return table(at, rows(READ.format(only=only), values), FEATURES)


def rows(statement: str, values: dict[str, Any]) -> list[Any]:
    """What the statement finds of everybody, or of `customers` where the values name some."""
    of_everybody = values.get("customers") is None
    with planned(JOINED_AT_ONCE if of_everybody else {}) as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def orders_after(shop: Shop, table: Table, days: int) -> Floats:
    """How many orders each row's customer placed in the days after the table's moment."""
    return np.nan_to_num(after(shop, table, days, FOLLOWED))


def spent_after(shop: Shop, table: Table, days: int) -> Floats:
    """What each row's customer ordered for in the days after, in units of the currency."""
    return np.nan_to_num(after(shop, table, days, SPENT))


def days_to_next_order(shop: Shop, table: Table, days: int) -> Floats:
    """Days from the table's moment to each customer's next order; NaN: none in that time."""
    return after(shop, table, days, NEXT)


def after(shop: Shop, table: Table, days: int, statement: str) -> Floats:
    """What a SELECT of customer and number finds in the days after the table's moment."""
    values: dict[str, Any] = {
        "shop": shop.pk,
        "at": table.at,
        "until": table.at + timedelta(days=days),
    }
    found = dict(rows(statement, values))
    return np.array([found.get(customer, np.nan) for customer in table.customers.tolist()], float)
