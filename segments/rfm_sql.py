"""The statements of `segments.rfm`."""

SAMPLE_ROWS = 100_000

# Cut points rather than ntile: customers with the same figure get the same score, and a batch is
# scored against the whole shop. They come from every n-th buyer by a hash of the id.
CUTS = "percentile_disc(array[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY {})"
SCORE = "1 + (SELECT count(*) FROM unnest(cuts.{0}) AS cut WHERE {1} > cut)"
REFRESH = f"""
WITH sized AS (
    SELECT greatest(1, count(*) / %(rows)s) AS one_in FROM customers_profile
    WHERE shop_id = %(shop)s AND order_count > 0
), cuts AS MATERIALIZED (
    SELECT {CUTS.format("extract(epoch FROM last_order_at)::float8")} AS r,
        {CUTS.format("order_count")} AS f, {CUTS.format("revenue_cents")} AS m
    FROM customers_profile WHERE shop_id = %(shop)s AND order_count > 0
    AND hashint8(customer_id) %% (SELECT one_in FROM sized) = 0
), scored AS (
    SELECT p.customer_id, p.shop_id,
        {SCORE.format("r", "extract(epoch FROM p.last_order_at)::float8")} AS r,
        {SCORE.format("f", "p.order_count")} AS f, {SCORE.format("m", "p.revenue_cents")} AS m
    FROM customers_profile p CROSS JOIN cuts
    WHERE p.shop_id = %(shop)s AND p.order_count > 0 {{only}}
), grouped AS (
    SELECT *, CASE {{groups}} END AS name
    FROM (SELECT *, round((f + m) / 2.0) AS v FROM scored) AS valued
)
INSERT INTO segments_rfmscore AS s
    (customer_id, shop_id, recency, frequency, monetary, "group", computed_at)
SELECT customer_id, shop_id, r, f, m, name, now() FROM grouped ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET recency = excluded.recency,
    frequency = excluded.frequency, monetary = excluded.monetary, "group" = excluded."group",
    computed_at = excluded.computed_at
WHERE (s.recency, s.frequency, s.monetary, s."group") IS DISTINCT FROM
    (excluded.recency, excluded.frequency, excluded.monetary, excluded."group")
"""
# The transaction's now(): these are the scores that it changed.
CHANGED = """
SELECT s.shop_id, 'score.changed' AS type,
    concat_ws(':', 'rfm', s.customer_id, extract(epoch FROM s.computed_at)) AS cause,
    s.computed_at AS occurred_at, jsonb_build_object('customer', c.external_id, 'score', 'rfm',
        'recency', s.recency, 'frequency', s.frequency, 'monetary', s.monetary, 'group', s."group")
        AS data
FROM segments_rfmscore s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.shop_id = %(shop)s AND s.computed_at = now() {only}
"""
FORGET = """
DELETE FROM segments_rfmscore s USING customers_profile p
WHERE p.customer_id = s.customer_id AND s.shop_id = %(shop)s AND p.order_count = 0 {only}
"""
# Two statements: the index on open stays must see the old one closed before the new one is opened.
CLOSE = """
UPDATE segments_rfmstay h SET left_at = now()
WHERE h.shop_id = %(shop)s AND h.left_at IS NULL {only} AND NOT EXISTS (
    SELECT FROM segments_rfmscore s WHERE s.customer_id = h.customer_id AND s."group" = h."group")
"""
OPEN = """
INSERT INTO segments_rfmstay (shop_id, customer_id, "group", entered_at)
SELECT s.shop_id, s.customer_id, s."group", now() FROM segments_rfmscore s
WHERE s.shop_id = %(shop)s {only} AND NOT EXISTS (SELECT FROM segments_rfmstay h
    WHERE h.customer_id = s.customer_id AND h.left_at IS NULL)
ORDER BY s.customer_id ON CONFLICT DO NOTHING
"""
CELLS = """
SELECT s.recency, round((s.frequency + s.monetary) / 2.0)::int AS value, s."group",
    count(*) AS customers, sum(p.revenue_cents)::bigint AS revenue_cents
FROM segments_rfmscore s JOIN customers_profile p ON p.customer_id = s.customer_id
WHERE s.shop_id = %(shop)s GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2
"""
MOVES = """
WITH at_first AS (
    SELECT customer_id, "group" FROM segments_rfmstay WHERE shop_id = %(shop)s
    AND entered_at <= %(since)s AND (left_at IS NULL OR left_at > %(since)s)
), at_last AS (
    SELECT customer_id, "group" FROM segments_rfmstay WHERE shop_id = %(shop)s
    AND entered_at <= %(until)s AND (left_at IS NULL OR left_at > %(until)s)
)
SELECT coalesce(a."group", ''), coalesce(b."group", ''), count(*)
FROM at_first a FULL JOIN at_last b USING (customer_id) GROUP BY 1, 2 ORDER BY 3 DESC
"""
