"""A product that can be had again, or costs less, is news for those who looked at it or asked.

The shop tells of the product; the touchpoints are made here, for campaigns to begin with.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from customers import touchpoints
from customers.changes import Part
from shops.models import Shop

LEAST_DROP = 0.05  # of the price before: a cent less is no news
VIEWED, ASKED = timedelta(days=60), timedelta(days=180)
FRESH = timedelta(days=3)  # what a shop tells late is none either
KINDS = ("product.restocked", "product.price_dropped")

# One row a customer and product: looked at lately, or asked for ("product.requested"), and not
# bought since. Who the news is for is as of the moment it is told.
NEWS = """
WITH news AS (
    SELECT %(shop)s::bigint AS shop_id, u.*, p.external_id, p.title, p.currency
    FROM unnest(%(products)s::bigint[], %(kinds)s::text[], %(times)s::timestamptz[],
        %(data)s::jsonb[]) AS u (product_id, kind, occurred_at, data)
    JOIN LATERAL (SELECT p.external_id, p.title, s.currency FROM shops_product p
        JOIN shops_shop s ON s.id = p.shop_id WHERE p.id = u.product_id) AS p ON true
    WHERE u.occurred_at > now() - %(fresh)s
), interested AS (
    SELECT n.kind, n.product_id, t.customer_id, max(t.occurred_at) AS last_at
    FROM news n JOIN customers_touchpoint t ON t.shop_id = n.shop_id
        AND t.kind IN ('product.viewed', 'product.requested')
        AND t.data->>'product_id' = n.external_id
        AND t.occurred_at > now() - CASE t.kind WHEN 'product.viewed' THEN %(viewed)s::interval
            ELSE %(asked)s END
        AND t.occurred_at > now() - %(asked)s
    WHERE t.customer_id IS NOT NULL AND NOT coalesce(t.data->'bot' = 'true', false)
    GROUP BY 1, 2, 3
)
INSERT INTO customers_touchpoint (shop_id, customer_id, kind, source, occurred_at, data, unread)
SELECT n.shop_id, i.customer_id, n.kind,
    concat_ws(':', n.kind, n.product_id, i.customer_id), n.occurred_at,
    n.data || jsonb_build_object('product_id', n.external_id, 'title', n.title,
        'currency', n.currency), false
FROM interested i JOIN news n USING (kind, product_id)
WHERE NOT EXISTS (SELECT FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.customer_id = i.customer_id AND l.product_id = i.product_id AND o.kind = 'sale'
    AND o.placed_at > i.last_at)
ORDER BY 1, 4
ON CONFLICT (shop_id, source, occurred_at) DO NOTHING
RETURNING customer_id
"""


def tell(shop: Shop, changed: Sequence[tuple[Any, ...]]) -> int:
    """Record the news of changed products; returns for how many customers. Safe to repeat.

    `changed` are the rows that `customers.sql.PRODUCTS` returns.
    """
    news = [one for row in changed for one in _news(*row)]
    if not news:
        return 0
    columns = [list(column) for column in zip(*news, strict=True)]
    products, kinds, times, data = columns
    known: dict[str, Any] = {
        "shop": shop.pk,
        "products": products,
        "kinds": kinds,
        "times": times,
        "data": data,
        "fresh": FRESH,
        "viewed": VIEWED,
        "asked": ASKED,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWS, known)
        told = {customer for (customer,) in cursor.fetchall()}
    touchpoints.mark_stale(told, Part.TOUCHPOINTS)
    return len(told)


def _news(
    product: int,
    was_available: bool,  # noqa: FBT001
    available: bool,  # noqa: FBT001
    available_at: str | None,
    was_cents: int | None,
    cents: int | None,
    price_at: str | None,
) -> list[tuple[Any, ...]]:
    """What of a change is news: product, kind, when, and what to say of it."""
    found: list[tuple[Any, ...]] = []
    if available and not was_available and available_at:
        found.append((product, KINDS[0], available_at, Jsonb({"price_cents": cents})))
    if was_cents and cents is not None and price_at and cents <= was_cents * (1 - LEAST_DROP):
        prices = {"price_cents": cents, "was_cents": was_cents}
        found.append((product, KINDS[1], price_at, Jsonb(prices)))
    return found
