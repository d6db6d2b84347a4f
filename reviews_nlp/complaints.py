"""That a customer is unhappy stands in their history, whether their stars or their words say so.

Campaigns begin by it and leave them out of what sells: `review.written` tells that somebody wrote,
`review.complained` how it was meant, once it has been read.
"""

from collections.abc import Sequence

from django.db import connection

from customers import touchpoints
from reviews_nlp.models import Review

KIND = "review.complained"
FEW_STARS = 2
CLEARLY_NEGATIVE = -0.5
# Of a review `r`; advertising and copies complain of nothing.
IS_ONE = f"(r.suspicion = '' AND (r.rating <= {FEW_STARS} OR r.sentiment <= {CLEARLY_NEGATIVE}))"

FOUND = f"""
SELECT r.shop_id, t.customer_id, t.merged_from, '{KIND}', 'complaint:' || r.id, r.written_at,
    jsonb_strip_nulls(jsonb_build_object('product_id', p.external_id, 'title', p.title,
        'rating', r.rating, 'sentiment', round(r.sentiment::numeric, 2))), false
FROM reviews_nlp_review r
JOIN customers_touchpoint t ON t.shop_id = r.shop_id AND t.source = r.source
    AND t.occurred_at = r.written_at
LEFT JOIN shops_product p ON p.id = r.product_id
WHERE r.id = ANY(%s) AND t.customer_id IS NOT NULL AND {IS_ONE}
"""
# A verdict may change: by better words, or by a slower analyser.
TAKEN_BACK = f"""
DELETE FROM customers_touchpoint t USING reviews_nlp_review r
WHERE r.id = ANY(%s) AND t.shop_id = r.shop_id AND t.source = 'complaint:' || r.id
AND t.occurred_at = r.written_at AND {IS_ONE} IS NOT TRUE
"""


def record(reviews: Sequence[Review]) -> None:
    """Let the histories say who complained. Safe to repeat, and after every change of a verdict."""
    ids = [review.pk for review in reviews]
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_BACK, [ids])
    touchpoints.record_from(FOUND, [ids], kind=KIND)
