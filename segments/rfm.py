"""Recency, frequency and monetary value in quintiles; 5 is best."""

from django.db import connection, transaction

from shops import outbox
from shops.models import Shop

# Cut points rather than ntile: customers with the same figure get the same score, and a batch is
# scored against the whole shop.
CUTS = "percentile_disc(array[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY {})"
SCORE = "1 + (SELECT count(*) FROM unnest(cuts.{0}) AS cut WHERE {1} > cut)"
REFRESH = f"""
WITH cuts AS (
    SELECT {CUTS.format("extract(epoch FROM last_order_at)")} AS r,
        {CUTS.format("order_count")} AS f, {CUTS.format("revenue_cents")} AS m
    FROM customers_profile WHERE shop_id = %(shop)s AND order_count > 0
)
INSERT INTO segments_rfmscore AS s
    (customer_id, shop_id, recency, frequency, monetary, computed_at)
SELECT p.customer_id, p.shop_id,
    {SCORE.format("r", "extract(epoch FROM p.last_order_at)")},
    {SCORE.format("f", "p.order_count")}, {SCORE.format("m", "p.revenue_cents")}, now()
FROM customers_profile p, cuts WHERE p.shop_id = %(shop)s AND p.order_count > 0 {{only}}
ORDER BY p.customer_id
ON CONFLICT (customer_id) DO UPDATE SET recency = excluded.recency,
    frequency = excluded.frequency, monetary = excluded.monetary, computed_at = excluded.computed_at
WHERE (s.recency, s.frequency, s.monetary)
    IS DISTINCT FROM (excluded.recency, excluded.frequency, excluded.monetary)
"""
# The transaction's now(): these are the scores that it changed.
CHANGED = """
SELECT s.shop_id, 'score.changed' AS type,
    concat_ws(':', 'rfm', s.customer_id, extract(epoch FROM s.computed_at)) AS cause,
    s.computed_at AS occurred_at, jsonb_build_object('customer', c.external_id, 'score', 'rfm',
        'recency', s.recency, 'frequency', s.frequency, 'monetary', s.monetary) AS data
FROM segments_rfmscore s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.shop_id = %(shop)s AND s.computed_at = now() {only}
"""
FORGET = """
DELETE FROM segments_rfmscore s USING customers_profile p
WHERE p.customer_id = s.customer_id AND p.shop_id = %(shop)s AND p.order_count = 0
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Score these customers of the shop (None: all) against all its buyers; returns how many
    changed. Somebody without orders has no score."""
    only = "" if customers is None else "AND {}.customer_id = ANY(%(customers)s)"
    of = {"shop": shop.pk, "customers": customers}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFRESH.format(only=only.format("p")), of)
        changed = int(cursor.rowcount)
        cursor.execute(FORGET, of)
        if changed and outbox.is_wanted(shop, "score.changed"):
            outbox.publish(CHANGED.format(only=only.format("s")), of)
    return changed


def refresh_all() -> None:
    """Every shop's scores in full."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)
