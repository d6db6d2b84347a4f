"""What was known of customers when they entered a campaign, each at a moment of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from insights.features import Table, table
from shops.models import Shop

FEATURES = {
    "orders": _("Orders"),
    "days_since_last": _("Days since the last order"),
    "days_as_customer": _("Days since the first order"),
    "orders_90d": _("Orders in 90 days"),
    "orders_365d": _("Orders in a year"),
    "average_value": _("Average order"),
    "cancellations": _("Cancellations"),
    "touchpoints_90d": _("Touchpoints in 90 days"),
    "opened_90d": _("Messages opened in 90 days"),
    "clicked_90d": _("Messages followed in 90 days"),
}
NEVER_DAYS = 3650.0
EVERYBODY = """SELECT c.id AS customer_id, %(at)s AS at FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL"""
SOME = f"{EVERYBODY} AND c.id = ANY(%(customers)s)"
EACH = """SELECT * FROM unnest(%(customers)s::bigint[], %(moments)s::timestamptz[])
    AS t (customer_id, at)"""
# Two ranges of an index a customer. Logarithms: the third order says more than the thirtieth.
READ = """
WITH asked AS ({asked})
SELECT a.customer_id, ln(1 + o.orders),
    ln(1 + coalesce(extract(epoch FROM a.at - o.last_at) / 86400, {never})),
    ln(1 + coalesce(extract(epoch FROM a.at - o.first_at) / 86400, 0)),
    ln(1 + o.orders_90d), ln(1 + o.orders_365d), ln(1 + coalesce(o.average, 0)),
    ln(1 + o.cancellations), ln(1 + t.all_90d), ln(1 + t.opened), ln(1 + t.clicked)
FROM asked a CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'sale') AS orders,
        min(placed_at) FILTER (WHERE kind = 'sale') AS first_at,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_at,
        count(*) FILTER (WHERE kind = 'sale' AND placed_at > a.at - interval '90 days')
            AS orders_90d,
        count(*) FILTER (WHERE kind = 'sale' AND placed_at > a.at - interval '365 days')
            AS orders_365d,
        avg(greatest(total_cents, 0)) FILTER (WHERE kind = 'sale') / 100.0 AS average,
        count(*) FILTER (WHERE kind = 'cancellation') AS cancellations
    FROM customers_order WHERE customer_id = a.customer_id AND placed_at <= a.at) AS o
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind NOT LIKE 'message.%%' AND kind NOT LIKE 'order.%%')
            AS all_90d,
        count(*) FILTER (WHERE kind = 'message.opened') AS opened,
        count(*) FILTER (WHERE kind = 'message.clicked') AS clicked
    FROM customers_touchpoint WHERE customer_id = a.customer_id AND occurred_at <= a.at
    AND occurred_at > a.at - interval '90 days' AND NOT data @> '{{"machine": true}}') AS t
ORDER BY a.customer_id
"""


def read(shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
    """Everybody of the shop, or some of them, as known at the moment."""
    asked = EVERYBODY if customers is None else SOME
    return _read(asked, at, {"shop": shop.pk, "at": at, "customers": customers})


def read_each(customers: Sequence[int], moments: Sequence[datetime]) -> Table:
    """Each customer as known at a moment of their own; rows in the order of the ids."""
    if not customers:
        return table(now(), [], FEATURES)
    values = {"customers": list(customers), "moments": list(moments)}
    return _read(EACH, max(moments), values)


def _read(asked: str, at: datetime, values: dict[str, Any]) -> Table:
    with connection.cursor() as cursor:
        cursor.execute(READ.format(asked=asked, never=NEVER_DAYS), values)
        return table(at, cursor.fetchall(), FEATURES)
