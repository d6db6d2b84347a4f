"""Finds and keeps what reviews say of each aspect."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reviews_nlp.aspects import finding
from reviews_nlp.aspects.register import Register, register
from reviews_nlp.models import AspectOpinion, Review, ShopAspect


def find(reviews: Sequence[Review]) -> int:
    """Read the aspects of these reviews anew; returns how many opinions were found."""
    registers = _registers({review.shop_id for review in reviews})
    found = [o for review in reviews for o in _of(review, registers[review.shop_id])]
    AspectOpinion.objects.filter(review__in=[review.pk for review in reviews]).delete()
    AspectOpinion.objects.bulk_create(found)
    return len(found)


def _registers(shops: Iterable[int]) -> dict[int, Register]:
    """The aspects of each shop: the built-in ones and its own."""
    own: dict[int, dict[str, str]] = defaultdict(dict)
    for aspect in ShopAspect.objects.filter(shop__in=shops):
        own[aspect.shop_id][aspect.key] = aspect.phrases
    return {shop: register(own[shop]) for shop in shops}


def _of(review: Review, known: Register) -> Iterable[AspectOpinion]:
    """The opinions in title and text; places in the title count from its length below zero."""
    parts = [(review.title, -len(review.title)), (review.text, 0)]
    for text, shift in parts:
        for opinion in finding.find(text, known):
            yield AspectOpinion(
                shop_id=review.shop_id,
                review=review,
                aspect=opinion.aspect,
                sentiment=opinion.sentiment,
                start=opinion.start + shift,
                end=opinion.end + shift,
            )
