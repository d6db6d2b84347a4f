"""What a customer's reviews say about them: the profile's opinions."""

from django.db import connection

from shops.models import Shop

REFRESH = """
UPDATE customers_profile p SET review_count = said.review_count, mean_sentiment = said.sentiment
FROM (
    SELECT r.customer_id, count(DISTINCT r.id) AS review_count, avg(a.sentiment) AS sentiment
    FROM reviews_nlp_review r
    LEFT JOIN reviews_nlp_reviewanalysis a ON a.review_id = r.id
    WHERE r.shop_id = %(shop)s {only} GROUP BY r.customer_id
) AS said
WHERE p.customer_id = said.customer_id
AND (p.review_count, p.mean_sentiment) IS DISTINCT FROM (said.review_count, said.sentiment)
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
