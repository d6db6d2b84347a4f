"""Asks the analysers about reviews and keeps what they say, and one verdict of them all.

Quick analysers are asked as a review is read. Slow ones take their turn afterwards, a few reviews
at a time, and the verdict is given again.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from customers import touchpoints
from reviews_nlp import analysers, complaints, verdict
from reviews_nlp.analysers.base import Analyser, Text
from reviews_nlp.models import Review, ReviewAnalysis
from shops import turns
from shops.announcing import announce

BATCH = 16  # some seconds of a slow analyser's time, so that a killed worker loses little


def give(reviews: Sequence[Review]) -> None:
    """Ask the quick analysers, decide, and leave the reviews to the slow ones, if any."""
    waits = bool(analysers.enabled(slow=True))
    _ask(reviews, analysers.enabled(slow=False))
    _decide(reviews, waits=waits)
    if waits and reviews:
        announce("verdict")


def refine_waiting() -> int:
    """Let the slow analysers read until nothing waits or the turn is over."""
    return turns.take("verdict", refine, full=BATCH)


def refine(*, limit: int = BATCH) -> int:
    """Take one batch that waits for the slow analysers; verdicts and marks commit together."""
    with transaction.atomic():
        waiting = (
            Review.objects.filter(waits=True)
            .order_by("-id")
            .select_for_update(skip_locked=True, of=("self",))
        )
        claimed = list(waiting[:limit])
        if claimed:
            _ask(claimed, analysers.enabled(slow=True))
            _decide(claimed, waits=False)
            touchpoints.mark_stale(r.customer_id for r in claimed if r.customer_id)
    return len(claimed)


def _ask(reviews: Sequence[Review], asked: dict[str, Analyser]) -> None:
    """Keep every answer; an earlier one of the same analyser is replaced."""
    texts = [Text(r.title, r.text, r.language, r.shop_id) for r in reviews]
    for name, analyser in asked.items():
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


def decide_again(reviews: Sequence[Review]) -> None:
    """The verdict of all that was said by now, after one more voice."""
    _decide(reviews, waits=False)


def _decide(reviews: Sequence[Review], *, waits: bool) -> None:
    weights = {name: analyser.weight for name, analyser in analysers.enabled().items()}
    weights[verdict.JUDGE] = verdict.JUDGE_WEIGHT
    answers: dict[int, list[tuple[float, float | None]]] = defaultdict(list)
    said = ReviewAnalysis.objects.filter(review__in=[r.pk for r in reviews], analyser__in=weights)
    for pk, name, sentiment in said.values_list("review", "analyser", "sentiment"):
        answers[pk].append((weights[name], sentiment))
    for review in reviews:
        decided = verdict.blend(answers[review.pk])
        review.sentiment, review.confidence = decided.sentiment, decided.confidence
        review.waits = waits
    Review.objects.bulk_update(reviews, ["sentiment", "confidence", "waits"])
    complaints.record(reviews)
