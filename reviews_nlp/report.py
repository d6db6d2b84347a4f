"""What a customer's reviews say about them: the profile's opinions."""

from django.db import connection

from shops.models import Shop

# Advertising and copies say nothing about whoever sent them.
REFRESH = """
WITH said AS (
    SELECT r.customer_id, count(*) AS review_count, avg(r.sentiment) AS sentiment
    FROM reviews_nlp_review r
    WHERE r.shop_id = %(shop)s AND r.suspicion = '' {only} GROUP BY r.customer_id
), spoken AS (
    SELECT r.customer_id, o.aspect,
        max(r.written_at) FILTER (WHERE o.sentiment > 0) AS praised_at,
        max(r.written_at) FILTER (WHERE o.sentiment < 0) AS complained_at
    FROM reviews_nlp_review r JOIN reviews_nlp_aspectopinion o ON o.review_id = r.id
    WHERE r.shop_id = %(shop)s AND r.suspicion = '' {only} GROUP BY r.customer_id, o.aspect
), praised AS (
    SELECT r.customer_id, n.kind, n.name, jsonb_agg(DISTINCT o.aspect) AS aspects
    FROM reviews_nlp_review r JOIN reviews_nlp_aspectopinion o ON o.review_id = r.id
    JOIN shops_product p ON p.id = r.product_id,
    LATERAL (VALUES ('products', p.id::text), ('categories', p.category)) AS n (kind, name)
    WHERE r.shop_id = %(shop)s AND r.suspicion = '' AND o.sentiment > 0 AND n.name <> '' {only}
    GROUP BY r.customer_id, n.kind, n.name
), liked AS (
    SELECT customer_id, jsonb_object_agg(kind, named) AS liked FROM (
        SELECT customer_id, kind, jsonb_object_agg(name, aspects) AS named FROM praised
        GROUP BY customer_id, kind) AS kinds GROUP BY customer_id
), told AS (
    SELECT customer_id, jsonb_build_object(
        'praised', coalesce(jsonb_object_agg(aspect, praised_at ORDER BY aspect)
            FILTER (WHERE praised_at IS NOT NULL), '{{}}'),
        'complained', coalesce(jsonb_object_agg(aspect, complained_at ORDER BY aspect)
            FILTER (WHERE complained_at IS NOT NULL), '{{}}')) AS opinions
    FROM spoken GROUP BY customer_id
), meant AS (
    SELECT p.customer_id, coalesce(said.review_count, 0) AS review_count, said.sentiment,
        coalesce(told.opinions, '{{}}') || CASE WHEN liked IS NULL THEN '{{}}'
            ELSE jsonb_build_object('liked', liked) END AS opinions
    FROM customers_profile p LEFT JOIN said USING (customer_id) LEFT JOIN told USING (customer_id)
    LEFT JOIN liked USING (customer_id)
    WHERE p.shop_id = %(shop)s AND {whose}
)
UPDATE customers_profile p SET review_count = meant.review_count,
    mean_sentiment = meant.sentiment, opinions = meant.opinions
FROM meant WHERE p.customer_id = meant.customer_id
AND (p.review_count, p.mean_sentiment, p.opinions)
    IS DISTINCT FROM (meant.review_count, meant.sentiment, meant.opinions)
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Rewrite the opinions of these customers (None: of all); returns how many changed.

    The profiles must exist. Who has no reviews, or none any more, has no opinions.
    """
    only, whose = "AND r.customer_id = ANY(%(customers)s)", "p.customer_id = ANY(%(customers)s)"
    if customers is None:
        only = "AND r.customer_id IS NOT NULL"
        whose = "(said.customer_id IS NOT NULL OR p.review_count > 0)"
    statement = REFRESH.format(only=only, whose=whose)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"shop": shop.pk, "customers": customers})
        return int(cursor.rowcount)
