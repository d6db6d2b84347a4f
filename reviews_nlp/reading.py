"""Unread review touchpoints become reviews with a sentiment."""

from collections.abc import Sequence

from django.db import transaction

from customers import touchpoints
from customers.models import Touchpoint
from reviews_nlp import analysers, flagging
from reviews_nlp.analysers.base import Text
from reviews_nlp.models import Review, ReviewAnalysis
from shops import turns
from shops.models import Product

BATCH = 500


def read_waiting() -> int:
    """Read until nothing waits or the turn is over; returns how many reviews were read."""
    return turns.take("review", read, full=BATCH)


def read(*, limit: int = BATCH) -> int:
    """Take one batch of unread review touchpoints; reviews and marks commit together."""
    with transaction.atomic():
        unread = Touchpoint.objects.filter(unread=True, kind="review.written").order_by("id")
        claimed = list(unread.select_for_update(skip_locked=True)[:limit])
        if claimed:
            reviews = _reviews(claimed)
            analyse(reviews)
            flagging.publish(reviews)
            Touchpoint.objects.filter(
                id__in=[t.pk for t in claimed],
                occurred_at__in={t.occurred_at for t in claimed},  # finds the partitions
            ).update(unread=False)
            touchpoints.mark_stale(t.customer_id for t in claimed if t.customer_id)
    return len(claimed)


def _reviews(claimed: Sequence[Touchpoint]) -> list[Review]:
    """The reviews told by these touchpoints; one that we have already is not made twice."""
    products = _products(claimed)
    made = [
        Review(
            shop_id=touchpoint.shop_id,
            customer_id=touchpoint.customer_id,
            product_id=products.get((touchpoint.shop_id, touchpoint.data.get("product_id", ""))),
            source=touchpoint.source,
            rating=touchpoint.data.get("rating"),
            title=touchpoint.data.get("title", ""),
            text=touchpoint.data.get("text", ""),
            language=touchpoint.data.get("language", ""),
            written_at=touchpoint.occurred_at,
        )
        for touchpoint in claimed
    ]
    Review.objects.bulk_create(made, ignore_conflicts=True)
    sources = [touchpoint.source for touchpoint in claimed]
    shops = {touchpoint.shop_id for touchpoint in claimed}
    return list(Review.objects.filter(shop__in=shops, source__in=sources))


def _products(claimed: Sequence[Touchpoint]) -> dict[tuple[int, str], int]:
    named = {t.data["product_id"] for t in claimed if "product_id" in t.data}
    shops = {t.shop_id for t in claimed}
    found = Product.objects.filter(shop__in=shops, external_id__in=named)
    return {(product.shop_id, product.external_id): product.pk for product in found}


def analyse(reviews: Sequence[Review]) -> None:
    """Ask every analyser about every review; an earlier answer of the same one is replaced."""
    texts = [Text(review.title, review.text, review.language) for review in reviews]
    for name, analyser in analysers.enabled().items():
        ReviewAnalysis.objects.bulk_create(
            [
                ReviewAnalysis(
                    shop_id=review.shop_id,
                    review=review,
                    analyser=name,
                    version=analyser.version,
                    sentiment=sentiment,
                )
                for review, sentiment in zip(reviews, analyser.analyse(texts), strict=True)
            ],
            update_conflicts=True,
            unique_fields=["review", "analyser"],
            update_fields=["version", "sentiment", "analysed_at"],
        )
