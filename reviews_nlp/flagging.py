"""A bad review is told to the shop's endpoints as soon as it is read: somebody can answer."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from reviews_nlp import complaints
from reviews_nlp.models import Review
from shops import outbox

# The verdict of all analysers; an old review, of an import say, is no news, nor is a copy.
FLAGGED = f"""
SELECT r.shop_id, 'review.flagged' AS type, 'review_flagged:' || r.id AS cause,
    r.written_at AS occurred_at, jsonb_build_object('review', r.source, 'customer', c.external_id,
        'product', p.external_id, 'rating', r.rating, 'sentiment', r.sentiment, 'title', r.title,
        'text', left(r.text, 2000)) AS data
FROM reviews_nlp_review r
LEFT JOIN customers_customer c ON c.id = r.customer_id
LEFT JOIN shops_product p ON p.id = r.product_id
WHERE r.id = ANY(%(reviews)s) AND r.written_at > now() - %(memory)s
AND {complaints.IS_ONE}
"""


def publish(reviews: Sequence[Review]) -> None:
    """Tell of those that are bad. Belongs in the transaction that read them; safe to repeat."""
    if reviews:
        known = {
            "reviews": [review.pk for review in reviews],
            "memory": timedelta(days=settings.OUTGOING_RETENTION_DAYS),
        }
        outbox.publish(FLAGGED, known)
