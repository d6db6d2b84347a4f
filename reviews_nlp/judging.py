"""A language model as the judge of reviews that all analysers together are not sure about.

Off where no provider is set up. One question a review, redacted and logged by `llm.client`, outside
any transaction; what it answers counts as one more voice. What it refuses is not asked again.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from customers import touchpoints
from llm import client
from llm.providers.base import Provider
from reviews_nlp import verdicts
from reviews_nlp.models import Review, ReviewAnalysis
from reviews_nlp.verdict import JUDGE, SURE

BATCH = 5  # questions a turn; each may take seconds
LATER = {"timeout", "budget"}  # how a question may end that is asked again another time
MOST = 0.8  # its words are not calibrated: nothing it says counts as certain
RECENT = timedelta(days=30)  # older reviews change nothing that is done today
LETTERS = 2_000
SCHEMA = {
    "type": "object",
    "required": ["sentiment"],
    "additionalProperties": False,
    "properties": {"sentiment": {"type": "number", "minimum": -1, "maximum": 1}},
}


def judge(*, limit: int = BATCH, provider: Provider | None = None) -> int:
    """Ask about the newest reviews without a sure verdict; returns how many were asked about."""
    provider = provider or client.chosen()
    if provider is None:
        return 0
    unsure = (
        Review.objects.filter(waits=False, suspicion="", confidence__lt=SURE)
        .filter(written_at__gt=now() - RECENT)
        .exclude(text="", title="")
        .exclude(analyses__analyser=JUDGE)
        .select_related("customer")
        .order_by("-id")
    )
    count = 0
    for review in unsure[:limit]:
        answer = _ask(review, provider)
        if answer.outcome in LATER:
            break
        said = answer.outcome == "ok"
        _keep(review, MOST * answer.data["sentiment"] if said else None)
        count += 1
    return count


def _ask(review: Review, provider: Provider) -> client.Answer:
    customer = review.customer
    names = [customer.first_name, customer.last_name] if customer else []
    return client.ask(
        review.shop_id,
        prompt=("reviews_nlp/judge", 1),
        purpose="sentiment of a review",
        parts={"review": f"{review.title}\n{review.text}"[:LETTERS]},
        schema=SCHEMA,
        known_names=[name for name in names if name],
        max_tokens=50,
        provider=provider,
    )


def _keep(review: Review, sentiment: float | None) -> None:
    with transaction.atomic():
        ReviewAnalysis.objects.update_or_create(
            review=review,
            analyser=JUDGE,
            defaults={"shop_id": review.shop_id, "version": "1", "sentiment": sentiment},
        )
        verdicts.decide_again([review])
        if review.customer_id:
            touchpoints.mark_stale([review.customer_id])
