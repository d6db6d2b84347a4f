"""Train, back-test on later time, compare, register: a model is live only while it helps."""

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from insights import contest
from insights.prediction_models import IN_USE, TrainedModel
from insights.predictors.base import Lesson, Predictor, usual
from shops import sentences, speaking
from shops.models import Shop
from shops.sentences import Sentence

FEWEST_OF_EACH = 20  # customers with and without the answer, in each of the two windows
AGAIN_AFTER = timedelta(days=7)
AGAIN_AFTER_DRIFT = timedelta(days=1)
MUCH_DRIFT = 0.25
FEWEST_FOR_TENTHS = 100
LATER = _("A later model took over")


def predictors() -> dict[str, Predictor]:
    """Every predictor of the plug-in table by name."""
    return {name: import_string(path)() for name, path in settings.PREDICTORS.items()}


def predictor_of(card: TrainedModel) -> Predictor | None:
    """Who speaks for the card, by the way it was trained; nobody where the plug-in is gone."""
    own = predictors().get(card.predictor)
    return own and contest.way_of(card, own)


def train_due() -> None:
    """What was never trained, is a week old, or meets customers unlike those it learned from."""
    for shop in Shop.objects.order_by("pk"):
        for predictor in predictors().values():
            if is_due(shop, predictor):
                train(shop, predictor)


def is_due(shop: Shop, predictor: Predictor, at: datetime | None = None) -> bool:
    """A drifting model is trained the day after; one that drifts on, once a day."""
    cards = TrainedModel.objects.filter(shop=shop, predictor=predictor.name)
    newest = cards.order_by("-trained_at").values_list("trained_at", flat=True).first()
    if newest is None:
        return True
    drifts = cards.filter(status="live", drift__gt=MUCH_DRIFT).exists()
    return (at or now()) - newest >= (AGAIN_AFTER_DRIFT if drifts else AGAIN_AFTER)


def idle(shop: Shop) -> list[str]:
    """Predictors that had enough to be judged here and answer nothing now, by name."""
    judged = TrainedModel.objects.filter(shop=shop, predictor__in=settings.PREDICTORS)
    in_use = judged.filter(status__in=IN_USE).values("predictor")
    names = judged.exclude(metrics={}).exclude(predictor__in=in_use).values_list("predictor")
    return [name for (name,) in names.order_by("predictor").distinct()]


@speaking.to_shop
def train(shop: Shop, predictor: Predictor, at: datetime | None = None) -> TrainedModel:
    """One row of the register: live, early (an estimate from little) or off with the reason.

    The last full horizon is for judging, the one before for learning; what is registered has
    learned from the last. Where there are several ways to the answer, each gets a row, and the one
    that did best is used. A live model stays when it did better on days it had not seen.
    """
    at = at or now()
    moments = [predictor.window_of(at, number) for number in (2, 1)]
    learning, judged = (predictor.lesson(shop, moment) for moment in moments)

    def blank() -> TrainedModel:
        return TrainedModel(
            shop=shop,
            predictor=predictor.name,
            method=predictor.method,
            trained_at=at,
            baseline=str(predictor.baseline_name),
            window={"learned": moments[0].isoformat(), "judged": moments[1].isoformat()},
            versions={name: version(name) for name in ("scikit-learn", "numpy")},
        )

    too_little = missing(predictor, learning, judged)
    if not too_little:
        return _register(contest.hold(predictor, learning, judged, blank), judged)
    card = blank()
    card.explain(too_little)
    _estimate(card, predictor, judged, at)
    return _register([(card, predictor)], judged)


def missing(predictor: Predictor, learning: Lesson, judged: Lesson) -> Sentence:
    """What is too little to learn from; empty when there is enough."""
    have = min(len(learning.truth), len(judged.truth))
    if have < predictor.fewest:
        return sentences.kept(predictor.too_few, have=have, need=predictor.fewest)
    if predictor.kind != "chance":
        return {}
    both = (learning.truth, judged.truth)
    rarer = min(min(int((of > 0).sum()), int((of == 0).sum())) for of in both)
    if rarer < FEWEST_OF_EACH:
        why = _("%(have)d of %(need)d customers of the rarer answer so far")
        return sentences.kept(why, have=rarer, need=FEWEST_OF_EACH)
    return {}


def _estimate(card: TrainedModel, predictor: Predictor, lesson: Lesson, at: datetime) -> None:
    """An answer drawn towards the usual, for the time until there is enough to learn from."""
    table = predictor.read(card.shop, at)
    if not len(table.customers) and not len(lesson.truth):
        return
    card.status = "early"
    card.artefact = {**predictor.fit_early(lesson, table), "usual": usual(table)}
    said = predictor.early(card.artefact, table).said
    card.artefact["tenths"] = _tenths(predictor.value(said)) if len(said) else [0.0] * 9


def _tenths_of_all(card: TrainedModel, predictor: Predictor, judged: Lesson) -> list[float]:
    """The tenths of what it says of everybody today, who need not be those it learned from."""
    table = predictor.read(card.shop, card.trained_at)
    if len(table.customers) < FEWEST_FOR_TENTHS:
        table = judged.table
    return _tenths(predictor.value(predictor.predict(card.artefact, table)))


def _tenths(said: Any) -> list[float]:
    return np.quantile(said, np.arange(0.1, 1, 0.1)).tolist()


def take_over(card: TrainedModel) -> None:
    """Save a card that stands for the one in use before it, whatever it says."""
    used = {"shop": card.shop, "predictor": card.predictor, "status__in": IN_USE}
    later: dict[str, Any] = {"status": "off", "told": card.told, "reason": card.reason}
    if card.status != "off":
        later = {"status": "retired", "told": sentences.kept(LATER), "reason": str(LATER)}
    TrainedModel.objects.filter(**used).update(**later)
    card.save()


def _register(entered: list[contest.Entry], judged: Lesson) -> TrainedModel:
    """Save the cards, the winner's first; a champion that no longer helps is switched off too."""
    (card, predictor), *others = entered
    if card.metrics:
        card.artefact["tenths"] = _tenths_of_all(card, predictor, judged)
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=card.shop_id)  # one training at a time
        used = TrainedModel.objects.filter(
            shop=card.shop, predictor=card.predictor, status__in=IN_USE
        ).first()
        if used and used.status == "live":
            _compare(card, used, judged)
        elif used:
            _end(used, "retired", sentences.kept(LATER))
        card.save()
        for other, _way in others:
            other.save()
    return card


def _compare(card: TrainedModel, live: TrainedModel, judged: Lesson) -> None:
    """Live and new on the same days, where these are new to both; else the newer one is used.

    What has too little to go on changes nothing.
    """
    if not card.metrics:
        card.status = "off"
    elif card.status == "live":
        predictor = predictor_of(live)
        is_fair = live.trained_at <= judged.table.at  # else it has learned from what it is asked
        before = predictor and is_fair and contest.judge(predictor, live.artefact, judged)
        if before and before.gain > card.metrics["gain"] and before.sure() > 0:
            card.status = "retired"
            card.explain(sentences.kept(_("The live model did better on the same days")))
        else:
            _end(live, "retired", sentences.kept(LATER))
    else:
        _end(live, "off", card.told)


def _end(model: TrainedModel, status: str, why: Sentence) -> None:
    model.status = status
    model.explain(why)
    model.save(update_fields=["status", "told", "reason"])
