"""What we compute about a customer from orders and touchpoints: the profile's facts."""

from django.db import connection

from shops.models import Shop

FAVOURITES = 5

# One statement for everybody or for a batch: only the set of customers differs.
REFRESH = """
WITH chosen AS (
    SELECT id, shop_id FROM customers_customer WHERE shop_id = %(shop)s {only}
), dated AS (
    SELECT o.*, extract(epoch FROM o.placed_at - lag(o.placed_at) OVER (
        PARTITION BY o.customer_id, o.kind ORDER BY o.placed_at)) / 86400.0 AS gap_days,
        row_number() OVER (PARTITION BY o.customer_id, o.kind ORDER BY o.placed_at DESC) AS newest
    FROM customers_order o JOIN chosen ON chosen.id = o.customer_id
    WHERE o.kind IN ('sale', 'cancellation')
), ordered AS (
    SELECT customer_id,
        count(*) FILTER (WHERE kind = 'sale') AS order_count,
        count(*) FILTER (WHERE kind = 'cancellation') AS cancellation_count,
        sum(total_cents) AS revenue_cents,
        sum(total_cents) FILTER (WHERE kind = 'sale') AS gross_cents,
        -sum(total_cents) FILTER (WHERE kind = 'cancellation') AS returned_cents,
        min(placed_at) FILTER (WHERE kind = 'sale') AS first_order_at,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_order_at,
        max(gap_days) FILTER (WHERE kind = 'sale' AND newest = 1) AS last_gap_days,
        avg(gap_days) FILTER (WHERE kind = 'sale') AS mean_gap_days
    FROM dated GROUP BY customer_id
), bought AS (
    SELECT o.customer_id, l.product_id, count(DISTINCT o.id) AS times,
        sum(l.quantity) AS quantity, max(o.placed_at) AS last_at
    FROM chosen JOIN customers_order o ON o.customer_id = chosen.id
    JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.kind = 'sale' GROUP BY o.customer_id, l.product_id
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY customer_id ORDER BY times DESC, last_at DESC, product_id) AS place
    FROM bought
), items AS (
    SELECT r.customer_id, count(*) AS product_count, sum(r.quantity) AS item_count,
        coalesce(jsonb_agg(jsonb_build_object(
            'product_id', p.id, 'title', p.title, 'times', r.times) ORDER BY r.place)
            FILTER (WHERE r.place <= %(favourites)s AND p.title <> ''), '[]') AS favourites
    FROM ranked r JOIN shops_product p ON p.id = r.product_id GROUP BY r.customer_id
), met AS (
    SELECT t.customer_id, count(*) AS touchpoint_count, max(t.occurred_at) AS last_touchpoint_at
    FROM customers_touchpoint t JOIN chosen ON chosen.id = t.customer_id GROUP BY t.customer_id
)
INSERT INTO customers_profile AS p (customer_id, shop_id, order_count, cancellation_count,
    item_count, product_count, revenue_cents, average_order_cents, returned_fraction,
    first_order_at, last_order_at, last_gap_days, mean_gap_days, touchpoint_count,
    last_touchpoint_at, favourites, refreshed_at, review_count, scores)
SELECT chosen.id, chosen.shop_id, coalesce(order_count, 0), coalesce(cancellation_count, 0),
    coalesce(item_count, 0), coalesce(product_count, 0), coalesce(revenue_cents, 0),
    gross_cents / nullif(order_count, 0),
    least(1, greatest(0, coalesce(returned_cents / nullif(gross_cents, 0)::float, 0))),
    first_order_at, last_order_at, last_gap_days, mean_gap_days, coalesce(touchpoint_count, 0),
    last_touchpoint_at, coalesce(favourites, '[]'), now(), 0, '{{}}'
FROM chosen
LEFT JOIN ordered ON ordered.customer_id = chosen.id
LEFT JOIN items ON items.customer_id = chosen.id
LEFT JOIN met ON met.customer_id = chosen.id
ORDER BY chosen.id
ON CONFLICT (customer_id) DO UPDATE SET
    order_count = excluded.order_count,
    cancellation_count = excluded.cancellation_count,
    item_count = excluded.item_count,
    product_count = excluded.product_count,
    revenue_cents = excluded.revenue_cents,
    average_order_cents = excluded.average_order_cents,
    returned_fraction = excluded.returned_fraction,
    first_order_at = excluded.first_order_at,
    last_order_at = excluded.last_order_at,
    last_gap_days = excluded.last_gap_days,
    mean_gap_days = excluded.mean_gap_days,
    touchpoint_count = excluded.touchpoint_count,
    last_touchpoint_at = excluded.last_touchpoint_at,
    favourites = excluded.favourites,
    refreshed_at = excluded.refreshed_at
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Recompute the facts of these customers of the shop (None: of all); returns how many."""
    statement = REFRESH.format(only="" if customers is None else "AND id = ANY(%(customers)s)")
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"shop": shop.pk, "customers": customers, "favourites": FAVOURITES}
        )
        return int(cursor.rowcount)
