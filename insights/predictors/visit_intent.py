"""Will the visit that the customer is in end in a purchase? From what they did in it so far.

Learned from finished visits, each looked at from a moment in its middle, drawn by its number: what
came before is known, what came after is the truth. Pages come from the script of docs/site.md.
"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _
from scipy.special import betaincinv

from insights import features
from insights.features import Floats, Table
from insights.predictors.base import Early, Lesson
from insights.predictors.boosted import Boosted
from shops.models import Shop

FEATURES = {
    "pages": _("Pages in this visit"),
    "products": _("Products looked at in this visit"),
    "different_products": _("Different products in this visit"),
    "searches": _("Searches in this visit"),
    "carts": _("Changes of the cart in this visit"),
    "checkouts": _("Checkouts begun in this visit"),
    "minutes": _("Minutes in this visit"),
    "by_message": _("Came by a message"),
    "hour": _("Hour of the day (UTC)"),
    "orders_before": _("Orders before this visit"),
}
# The shares of visits that end in a purchase with nothing, with a cart, at the checkout: usual for
# shops, worth so many visits of the shop's own.
USUAL, WEIGHT = (0.02, 0.15, 0.45), 20.0
AT_MOST = 200_000  # visits, the latest
# A visit begins after half an hour of nothing. {seen} is the part of it that is known: all of one
# that is open, up to a drawn touchpoint of one that is over; an order ends it.
VISITS = """
WITH told AS (
    SELECT customer_id, kind, occurred_at, data->>'product_id' AS product,
        data ? 'utm_campaign' AS by_message,
        coalesce(occurred_at > lag(occurred_at) OVER history + interval '30 minutes', true)
            AS begins
    FROM customers_touchpoint WHERE shop_id = %(shop)s AND customer_id IS NOT NULL
    AND occurred_at > %(since)s AND occurred_at <= %(until)s AND NOT data @> '{{"bot": true}}'
    AND kind IN ('page.viewed', 'product.viewed', 'search.made', 'cart.updated',
        'checkout.started', 'order.placed') {only}
    WINDOW history AS (PARTITION BY customer_id ORDER BY occurred_at, id)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY customer_id ORDER BY occurred_at
        ROWS UNBOUNDED PRECEDING) AS visit FROM told
), ordered AS (
    SELECT *, row_number() OVER each AS place, bool_or(kind = 'order.placed') OVER each AS ordered
    FROM numbered WINDOW each AS (PARTITION BY customer_id, visit ORDER BY occurred_at
        ROWS UNBOUNDED PRECEDING)
), whole AS (
    SELECT customer_id, visit, min(occurred_at) AS began_at, max(occurred_at) AS ended_at,
        count(*) FILTER (WHERE NOT ordered) AS known, bool_or(ordered) AS bought
    FROM ordered GROUP BY 1, 2
), seen AS (
    SELECT o.*, w.began_at, w.bought FROM ordered o JOIN whole w USING (customer_id, visit)
    WHERE NOT o.ordered AND {seen}
)
SELECT s.customer_id, count(*), count(*) FILTER (WHERE kind = 'product.viewed'),
    count(DISTINCT product), count(*) FILTER (WHERE kind = 'search.made'),
    count(*) FILTER (WHERE kind = 'cart.updated'),
    count(*) FILTER (WHERE kind = 'checkout.started'),
    extract(epoch FROM max(occurred_at) - began_at) / 60, max(by_message::int),
    extract(hour FROM began_at AT TIME ZONE 'UTC'),
    (SELECT count(*) FROM customers_order h WHERE h.customer_id = s.customer_id
        AND h.kind = 'sale' AND h.placed_at < began_at), max(s.bought::int)
FROM seen s GROUP BY s.customer_id, visit, began_at ORDER BY s.customer_id, visit DESC LIMIT {most}
"""
OPEN = "w.ended_at > %(until)s - interval '30 minutes' AND NOT w.bought"
DRAWN = """w.known > 0 AND w.ended_at <= %(until)s - interval '30 minutes'
    AND o.place <= 1 + abs(hashint8(o.customer_id * 7919 + o.visit)::bigint) %% w.known"""


class VisitIntent(Boosted):
    """Speaks of customers who are on the shop's pages, or were until half an hour ago."""

    name = "visit_intent"
    question = _("Will this customer’s present visit to the shop end in a purchase?")
    horizon_days = 28
    baseline_name = _("who has the most in the cart or at the checkout comes first")
    features = FEATURES
    at_once = True
    too_few = _("%(have)d of %(need)d visits of known customers so far")

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        rows = _visits(shop, at - timedelta(hours=12), at, OPEN, customers=customers)
        return features.table(at, [row[:-1] for row in rows], FEATURES)

    def truth(self, shop: Shop, table: Table) -> Floats:
        return np.full(len(table.customers), np.nan)  # an open visit has none yet: see `lesson`

    def lesson(self, shop: Shop, at: datetime) -> Lesson:
        rows = _visits(shop, at, at + timedelta(days=self.horizon_days), DRAWN)
        table = features.table(at, [row[:-1] for row in rows], FEATURES)
        return Lesson(table, np.array([row[-1] for row in rows], float))

    def baseline(self, table: Table) -> Floats:
        return table.column("carts") + 10 * table.column("checkouts")

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        """Yes and no by how far visits came, the usual counted in."""
        stage = _stage(lesson.table)
        yes = [lesson.truth[stage == n].sum() + share * WEIGHT for n, share in enumerate(USUAL)]
        all_of = [(stage == n).sum() + WEIGHT for n in range(len(USUAL))]
        return {"yes": [float(x) for x in yes], "all": [float(x) for x in all_of]}

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        stage = _stage(table)
        yes, of = np.array(learned["yes"])[stage], np.array(learned["all"])[stage]
        low, high = (betaincinv(yes, of - yes, share) for share in (0.1, 0.9))
        return Early(yes / of, low, high)


def _stage(table: Table) -> Any:
    """0: looked, 1: had something in the cart, 2: began the checkout."""
    return np.where(table.column("checkouts") > 0, 2, (table.column("carts") > 0).astype(int))


def _visits(
    shop: Shop, since: datetime, until: datetime, seen: str, customers: list[int] | None = None
) -> list[Any]:
    only = "" if customers is None else "AND customer_id = ANY(%(customers)s)"
    values: dict[str, Any] = {"shop": shop.pk, "since": since, "until": until}
    values["customers"] = customers
    with connection.cursor() as cursor:
        cursor.execute(VISITS.format(only=only, seen=seen, most=AT_MOST), values)
        return cursor.fetchall()
