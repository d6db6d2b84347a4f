"""Learns from a shop's own stars, and says whether that is better than what we know in general."""

from math import atanh

import numpy as np
from django.db.models import Prefetch
from django.utils.timezone import now
from django.utils.translation import gettext as _
from sklearn.metrics import roc_auc_score

from reviews_nlp import analysers, linear
from reviews_nlp.models import OwnClassifier, Review, ReviewAnalysis
from reviews_nlp.verdict import CERTAIN, blend
from shops import speaking
from shops.models import Shop

FEWEST, FEWEST_OF_EACH = 200, 30  # rated reviews; good and bad ones among them
MOST = 50_000  # newest reviews that are learned from
HELD_OUT = 0.3  # the newest share, which is judged and not learned from
BETTER = 0.002  # AUC that the own classifier must add
NAME = "own"


@speaking.to_shop
def train(shop: Shop) -> OwnClassifier:
    """Learn, judge on the newest reviews, keep the outcome; live only where it adds something."""
    rated = _rated(shop)
    good = np.array([(review.rating or 0) > 3 for review in rated])
    kept = {"trained_at": now(), "review_count": len(rated), "live": False, "content": b""}
    kept |= {"auc": None, "general_auc": None}
    if len(rated) < FEWEST or min(good.sum(), (~good).sum()) < FEWEST_OF_EACH:
        said = _(
            "%(count)s of %(fewest)s rated reviews so far, %(each)s of them good and bad each."
        )
        kept["reason"] = said % {"count": len(rated), "fewest": FEWEST, "each": FEWEST_OF_EACH}
    else:
        kept |= _judged(rated, good)
    return OwnClassifier.objects.update_or_create(shop=shop, defaults=kept)[0]


def train_everywhere() -> int:
    """Every shop; returns how many classifiers are live."""
    return sum(train(shop).live for shop in Shop.objects.order_by("pk"))


def _rated(shop: Shop) -> list[Review]:
    """Reviews with clear stars, oldest first."""
    others = ReviewAnalysis.objects.exclude(analyser=NAME)
    rows = Review.objects.filter(shop=shop, rating__isnull=False, suspicion="").exclude(rating=3)
    rows = rows.prefetch_related(Prefetch("analyses", queryset=others)).order_by("-written_at")
    return [review for review in rows[:MOST] if review.title or review.text][::-1]


def _judged(rated: list[Review], good: np.ndarray) -> dict[str, object]:
    words = [f"{review.title}. {review.text}".strip(". ") for review in rated]
    han = sum(review.language[:2] == "zh" for review in rated) * 2 > len(rated)
    split = int(len(rated) * (1 - HELD_OUT))
    if len(set(good[:split])) < 2 or len(set(good[split:])) < 2:
        return {"reason": _("The newest reviews are all good or all bad; nothing can be judged.")}
    learned = linear.fit(words[:split], good[:split], han=han)
    general = _general(rated[split:])
    general_auc = float(roc_auc_score(good[split:], general))
    auc = float(roc_auc_score(good[split:], general + learned.decide(words[split:])))
    if auc < general_auc + BETTER:
        return {"auc": auc, "general_auc": general_auc, "reason": _("It adds nothing.")}
    whole = linear.fit(words, good, han=han)
    figures = {"auc": auc, "general_auc": general_auc, "reason": ""}
    return {**figures, "live": True, "content": whole.packed()}


def _general(reviews: list[Review]) -> np.ndarray:
    """Log-odds of the verdict without the own classifier."""
    weights = {name: one.weight for name, one in analysers.enabled().items() if name != NAME}
    said = [
        [(weights[a.analyser], a.sentiment) for a in r.analyses.all() if a.analyser in weights]
        for r in reviews
    ]
    verdicts = [blend(one).sentiment or 0.0 for one in said]
    return np.array([2 * atanh(max(-CERTAIN, min(CERTAIN, verdict))) for verdict in verdicts])
