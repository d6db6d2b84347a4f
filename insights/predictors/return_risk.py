"""Will the customer send back, or cancel, some of what they order next?"""

from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy.special import betaincinv

from insights import features
from insights.features import Floats, Table
from insights.predictors.base import Early, Lesson
from insights.predictors.linear import Chance
from shops.models import Shop

FEATURES = {
    "orders": _("Orders"),
    "cancelled": _("Orders with a return or cancellation"),
    "own_rate": _("Own share of orders with a return (shrunk)"),
    "days_since_last": _("Days since the last order"),
    "days_since_cancelled": _("Days since the last return"),
    "average_value": _("Average order"),
    "largest_value": _("Largest order"),
    "pieces": _("Pieces in an order"),
    "product_rate": _("How often the products they buy come back"),
    "highest_product_rate": _("The product they bought that comes back most"),
}
USUAL_RATE, SHOP_WEIGHT, OWN_WEIGHT = 0.1, 20.0, 5.0  # of the field, in orders; then of the shop
NEVER_DAYS = 3650.0
# Every product's share of pieces that came back within the year, one in twenty where it was seldom
# sold; then every buyer by documents up to the moment, nothing later.
READ = """
WITH known AS MATERIALIZED (
    SELECT o.id, o.customer_id, o.kind, o.placed_at, abs(o.total_cents) / 100.0 AS value,
        sum(abs(l.quantity)) AS pieces
    FROM customers_order o LEFT JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.shop_id = %(shop)s AND o.customer_id IS NOT NULL AND o.placed_at <= %(at)s
    AND o.kind IN ('sale', 'cancellation') {only} GROUP BY o.id
), product AS (
    SELECT l.product_id, (1 - coalesce(sum(l.quantity) FILTER (WHERE o.kind = 'cancellation'), 0))
        / (20 + coalesce(sum(l.quantity) FILTER (WHERE o.kind = 'sale'), 0))::float AS rate
    FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.shop_id = %(shop)s AND o.placed_at <= %(at)s AND o.kind IN ('sale', 'cancellation')
    AND o.placed_at > %(at)s - interval '365 days' {bought} GROUP BY l.product_id
), chosen AS (
    SELECT k.customer_id, avg(p.rate) AS mean_rate, max(p.rate) AS highest FROM known k
    JOIN customers_orderline l ON l.order_id = k.id JOIN product p ON p.product_id = l.product_id
    WHERE k.kind = 'sale' GROUP BY k.customer_id
), counted AS (
    SELECT customer_id, count(*) FILTER (WHERE kind = 'sale')::float AS orders,
        count(*) FILTER (WHERE kind = 'cancellation')::float AS cancelled,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_at,
        max(placed_at) FILTER (WHERE kind = 'cancellation') AS cancelled_at,
        avg(value) FILTER (WHERE kind = 'sale') AS average,
        max(value) FILTER (WHERE kind = 'sale') AS largest,
        avg(pieces) FILTER (WHERE kind = 'sale') AS pieces
    FROM known GROUP BY customer_id
)
SELECT customer_id, orders, cancelled, (least(cancelled, orders) + %(rate)s * %(weight)s)
        / (orders + %(weight)s), extract(epoch FROM %(at)s - last_at) / 86400,
    coalesce(extract(epoch FROM %(at)s - cancelled_at) / 86400, %(never)s),
    average, largest, coalesce(pieces, 0), coalesce(mean_rate, 0), coalesce(highest, 0)
FROM counted LEFT JOIN chosen USING (customer_id) WHERE orders > 0 ORDER BY customer_id
"""
OF_ONE = """AND l.product_id IN (SELECT m.product_id FROM customers_order n
    JOIN customers_orderline m ON m.order_id = n.id WHERE n.customer_id = ANY(%(customers)s))"""
# Of those who ordered in the first half of the horizon: did a return of such an order follow by its
# end? It names the order, or takes back a product of it.
CAME_BACK = """
SELECT s.customer_id, max(EXISTS (
    SELECT FROM customers_order b WHERE b.customer_id = s.customer_id AND b.kind = 'cancellation'
    AND b.placed_at >= s.placed_at AND b.placed_at <= %(until)s
    AND (b.cancels = s.external_id OR EXISTS (
        SELECT FROM customers_orderline l JOIN customers_orderline k
            ON k.order_id = s.id AND k.product_id = l.product_id WHERE l.order_id = b.id))
)::int)::float
FROM customers_order s WHERE s.shop_id = %(shop)s AND s.kind = 'sale' AND s.placed_at > %(at)s
AND s.placed_at <= %(at)s + (%(until)s - %(at)s) / 2 AND s.customer_id IS NOT NULL
GROUP BY s.customer_id
"""


class ReturnRisk(Chance):
    """Yes is a return within 30 to 60 days; learned from those who ordered."""

    name = "return_risk"
    question = _("Will this customer send back some of what they order next?")
    horizon_days = 60
    baseline_name = _("the customer's own share of orders sent back so far")
    features = FEATURES
    too_few = _("%(have)d of %(need)d customers with an order to judge by so far")

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        values: dict[str, Any] = {"shop": shop.pk, "at": at, "customers": customers}
        values |= {"never": NEVER_DAYS, "rate": USUAL_RATE, "weight": OWN_WEIGHT}
        only = "" if customers is None else "AND o.customer_id = ANY(%(customers)s)"
        statement = READ.format(only=only, bought=only and OF_ONE)
        return features.table(at, features.rows(statement, values), FEATURES)

    def truth(self, shop: Shop, table: Table) -> Floats:
        return features.after(shop, table, self.horizon_days, CAME_BACK)

    def baseline(self, table: Table) -> Floats:
        return table.column("cancelled") / np.maximum(table.column("orders"), 1)

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        orders, cancelled = now.column("orders").sum(), now.column("cancelled").sum()
        return {"rate": float((cancelled + USUAL_RATE * SHOP_WEIGHT) / (orders + SHOP_WEIGHT))}

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        """The customer's own share, drawn towards the shop's, that towards the usual."""
        rate, orders = min(learned["rate"], 0.9), table.column("orders")
        yes = np.minimum(table.column("cancelled"), orders) + OWN_WEIGHT * rate
        no = orders + OWN_WEIGHT - yes
        low, high = (betaincinv(yes, no, share) for share in (0.1, 0.9))
        return Early(yes / (yes + no), low, high)
