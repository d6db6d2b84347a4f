"""A rule segment over 200,000 customers, against the scan of their table.

Method: synthetic profiles in a fresh shop; five interleaved rounds of (a) a full refresh with
nothing changed, (b) a refresh for 1 % of the customers, (c) a count over the customer table as
yardstick; medians in seconds, and ratios to (c).
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection

from segments import membership
from segments.models import Segment
from shops.models import Shop

CUSTOMERS, ROUNDS = 200_000, 5
RULE = {
    "all": [
        {"field": "facts.order_count", "op": ">=", "value": 3},
        {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": 60},
    ]
}
FILL = """
WITH made AS (
    INSERT INTO customers_customer (shop_id, external_id, email, phone, first_name, last_name,
        country, language, attributes, created_at, updated_at)
    SELECT %s, n::text, '', '', '', '', '', '', '{}', now(), now()
    FROM generate_series(1, %s) AS n RETURNING id, shop_id
)
INSERT INTO customers_profile (customer_id, shop_id, order_count, cancellation_count, item_count,
    product_count, revenue_cents, returned_fraction, last_order_at, touchpoint_count, favourites,
    review_count, scores, refreshed_at)
SELECT id, shop_id, id %% 7, 0, 0, 0, 0, 0, now() - (id %% 200) * interval '1 day', 0, '[]', 0,
    '{}', now() FROM made
"""


def run(data: Path) -> dict[str, Any]:
    """The figures; the shop is removed again."""
    call_command("migrate", verbosity=0)
    shop = Shop.objects.create(name="Benchmark", key=f"benchmark-{time.time_ns()}")
    try:
        return _measure(shop)
    finally:
        with connection.cursor() as cursor:
            for table in ("segments_membership", "customers_profile", "customers_customer"):
                cursor.execute(f"DELETE FROM {table} WHERE shop_id = %s", [shop.pk])
        shop.delete()


def _measure(shop: Shop) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [shop.pk, CUSTOMERS])
        cursor.execute("ANALYZE customers_customer, customers_profile")
        cursor.execute(
            "SELECT id FROM customers_customer WHERE shop_id = %s LIMIT %s",
            [shop.pk, CUSTOMERS // 100],
        )
        some = [pk for (pk,) in cursor.fetchall()]
    Segment.objects.create(shop=shop, name="S", key="s", rule=RULE)
    first = _seconds(lambda: membership.refresh(shop))
    rounds = [
        (
            _seconds(lambda: membership.refresh(shop)),
            _seconds(lambda: membership.refresh(shop, some)),
            _seconds(lambda: _scan(shop)),
        )
        for _ in range(ROUNDS)
    ]
    full, part, scan = (median(column) for column in zip(*rounds, strict=True))
    return {
        "customers": CUSTOMERS,
        "first_seconds": round(first, 4),
        "full_seconds": round(full, 4),
        "one_percent_seconds": round(part, 4),
        "scan_seconds": round(scan, 4),
        "full_per_scan": round(full / scan, 2),
        "one_percent_per_scan": round(part / scan, 2),
    }


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _scan(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(email) FROM customers_customer WHERE shop_id = %s", [shop.pk])
