"""A bad review is told to the shop's endpoints as soon as it is read: somebody can answer."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from reviews_nlp.models import Review
from shops import outbox

FEW_STARS = 2
CLEARLY_NEGATIVE = -0.5

# The analysers' mean, as in `reviews_nlp.report`; an old review, of an import say, is no news.
FLAGGED = """
SELECT r.shop_id, 'review.flagged' AS type, 'review_flagged:' || r.id AS cause,
    r.written_at AS occurred_at, jsonb_build_object('review', r.source, 'customer', c.external_id,
        'product', p.external_id, 'rating', r.rating, 'sentiment', a.sentiment, 'title', r.title,
        'text', left(r.text, 2000)) AS data
FROM reviews_nlp_review r
LEFT JOIN customers_customer c ON c.id = r.customer_id
LEFT JOIN shops_product p ON p.id = r.product_id
CROSS JOIN LATERAL (SELECT avg(sentiment) AS sentiment FROM reviews_nlp_reviewanalysis
    WHERE review_id = r.id) AS a
WHERE r.id = ANY(%(reviews)s) AND r.written_at > now() - %(memory)s
AND (r.rating <= %(stars)s OR a.sentiment <= %(negative)s)
"""


def publish(reviews: Sequence[Review]) -> None:
    """Tell of those that are bad. Belongs in the transaction that read them; safe to repeat."""
    if reviews:
        known = {
            "reviews": [review.pk for review in reviews],
            "stars": FEW_STARS,
            "negative": CLEARLY_NEGATIVE,
            "memory": timedelta(days=settings.OUTGOING_RETENTION_DAYS),
        }
        outbox.publish(FLAGGED, known)
