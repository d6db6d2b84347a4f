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
), told AS (
    SELECT customer_id, jsonb_build_object(
        'praised', coalesce(jsonb_object_agg(aspect, praised_at ORDER BY aspect)
            FILTER (WHERE praised_at IS NOT NULL), '{{}}'),
        'complained', coalesce(jsonb_object_agg(aspect, complained_at ORDER BY aspect)
            FILTER (WHERE complained_at IS NOT NULL), '{{}}')) AS opinions
    FROM spoken GROUP BY customer_id
)
UPDATE customers_profile p SET review_count = said.review_count, mean_sentiment = said.sentiment,
    opinions = coalesce(told.opinions, '{{}}')
FROM said LEFT JOIN told USING (customer_id)
WHERE p.customer_id = said.customer_id AND (p.review_count, p.mean_sentiment, p.opinions)
    IS DISTINCT FROM (said.review_count, said.sentiment, coalesce(told.opinions, '{{}}'))
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Rewrite the opinions of these customers (None: of all); returns how many changed.

    The profiles must exist; a customer without reviews keeps the count of zero they began with.
    """
    only = (
        "AND r.customer_id IS NOT NULL"
        if customers is None
        else "AND r.customer_id = ANY(%(customers)s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(REFRESH.format(only=only), {"shop": shop.pk, "customers": customers})
        return int(cursor.rowcount)
