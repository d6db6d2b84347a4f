"""The ways customers went, from touchpoints: one statement a shop, however many there are.

A way ends with an order, or is lost when nothing happened for `quiet`; it begins with the first
touchpoint after the end of the last one. Ways alike are counted together in the database.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from insights.attribution import Path
from shops.models import Shop

QUIET = timedelta(days=30)
LONGEST = 20  # touchpoints of a way, the last ones; robots look at thousands
MOST_PATHS = 20_000  # different ways, the most frequent
ENDS = "order.placed"
SKIPPED = ("order.cancelled",)  # what happens after a purchase leads to none

PATHS = """
WITH met AS (
    SELECT customer_id, kind, occurred_at, id,
        CASE WHEN kind = %(ends)s THEN coalesce((data->>'total_cents')::numeric, 0) END AS value,
        lag(kind) OVER way AS last_kind,
        occurred_at - lag(occurred_at) OVER way AS pause
    FROM customers_touchpoint
    WHERE shop_id = %(shop)s AND customer_id IS NOT NULL AND occurred_at >= %(since)s
    AND occurred_at < %(until)s AND kind <> ALL(%(skipped)s)
    WINDOW way AS (PARTITION BY customer_id ORDER BY occurred_at, id)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE last_kind IS NULL OR last_kind = %(ends)s
        OR pause > %(quiet)s) OVER (PARTITION BY customer_id ORDER BY occurred_at, id
            ROWS UNBOUNDED PRECEDING) AS way
    FROM met
), ways AS (
    SELECT customer_id, way, bool_or(kind = %(ends)s) AS bought, max(value) AS value,
        max(occurred_at) AS ended_at,
        array_agg(kind ORDER BY occurred_at, id) FILTER (WHERE kind <> %(ends)s) AS kinds,
        array_agg(occurred_at ORDER BY occurred_at, id) FILTER (WHERE kind <> %(ends)s) AS times
    FROM numbered GROUP BY customer_id, way
), cut AS (
    SELECT bought, value, kinds[greatest(1, cardinality(kinds) - %(longest)s + 1):] AS kinds,
        ARRAY(SELECT round(extract(epoch FROM ended_at - t) / 86400)::int
            FROM unnest(times[greatest(1, cardinality(times) - %(longest)s + 1):]) AS t) AS days
    FROM ways WHERE kinds IS NOT NULL AND (bought OR ended_at < %(until)s - %(quiet)s)
)
SELECT kinds, bought, count(*), coalesce(sum(value), 0), days
FROM cut GROUP BY kinds, bought, days ORDER BY count(*) DESC, kinds, days LIMIT %(most)s
"""


ORDERED = """
SELECT count(*) FROM customers_touchpoint WHERE shop_id = %(shop)s AND customer_id IS NOT NULL
AND kind = %(ends)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
"""


def orders(shop: Shop, since: datetime, until: datetime) -> int:
    """How many orders customers placed between two moments, with or without a way to them."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERED, {"shop": shop.pk, "since": since, "until": until, "ends": ENDS})
        return int(cursor.fetchone()[0])


def read(shop: Shop, since: datetime, until: datetime, *, quiet: timedelta = QUIET) -> list[Path]:
    """The ways between two moments, equal ones together; those still open are left out."""
    values: dict[str, Any] = {
        "shop": shop.pk, "since": since, "until": until, "quiet": quiet, "ends": ENDS,
        "skipped": list(SKIPPED), "longest": LONGEST, "most": MOST_PATHS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PATHS, values)
        rows = cursor.fetchall()
    return [
        Path(tuple(kinds), bought, count, float(value), tuple(map(float, days)))
        for kinds, bought, count, value, days in rows
    ]
