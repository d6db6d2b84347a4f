"""Unread review touchpoints become reviews with a verdict and opinions on aspects."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from customers import touchpoints
from customers.models import Touchpoint
from reviews_nlp import flagging, language, opinions, screening, verdicts
from reviews_nlp.models import Review
from reviews_nlp.plain import plain
from shops import turns
from shops.models import Product

BATCH = 500
LONGEST_TITLE = 300
TOLD = ["customer", "product", "rating", "title", "text", "language", "written_at", "signature"]


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
            screening.flag_copies([review.pk for review in reviews])
            verdicts.give(reviews)
            opinions.find(reviews)
            flagging.publish(reviews)
            Touchpoint.objects.filter(
                id__in=[t.pk for t in claimed],
                occurred_at__in={t.occurred_at for t in claimed},  # finds the partitions
            ).update(unread=False)
            touchpoints.mark_stale(t.customer_id for t in claimed if t.customer_id)
    return len(claimed)


def _reviews(claimed: Sequence[Touchpoint]) -> list[Review]:
    """The reviews told by these touchpoints; one that was told before takes the newest words."""
    products = _products(claimed)
    made = {(t.shop_id, t.source): _review(t, products) for t in claimed}
    return Review.objects.bulk_create(
        made.values(),
        update_conflicts=True,
        unique_fields=["shop", "source"],
        update_fields=[*TOLD, "suspicion"],
    )


def _review(touchpoint: Touchpoint, products: dict[tuple[int, str], int]) -> Review:
    data = touchpoint.data
    title, text = plain(data.get("title"))[:LONGEST_TITLE], plain(data.get("text"))
    words = f"{title}\n{text}"
    return Review(
        shop_id=touchpoint.shop_id,
        customer_id=touchpoint.customer_id,
        product_id=products.get((touchpoint.shop_id, str(data.get("product_id", "")))),
        source=touchpoint.source,
        rating=_stars(data.get("rating")),
        title=title,
        text=text,
        language=_language(data.get("language"), words),
        written_at=touchpoint.occurred_at,
        suspicion=screening.suspicion(words),
        signature=screening.fingerprint(words),
    )


def _stars(told: Any) -> int | None:
    """One to five stars, or None for what is no such number."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return int(told) if is_number and 1 <= told <= 5 else None


def _language(told: Any, words: str) -> str:
    """What the words are in; what the shop says where they do not tell."""
    return language.detect(words) or plain(told)[:10].lower()


def _products(claimed: Sequence[Touchpoint]) -> dict[tuple[int, str], int]:
    named = {str(t.data["product_id"]) for t in claimed if "product_id" in t.data}
    shops = {t.shop_id for t in claimed}
    found = Product.objects.filter(shop__in=shops, external_id__in=named)
    return {(product.shop_id, product.external_id): product.pk for product in found}
