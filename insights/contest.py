"""The ways to one answer: each learns and is judged on the same days, and the best one is used."""

from collections.abc import Callable
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from insights import judging
from insights.judging import Verdict
from insights.prediction_models import TrainedModel
from insights.predictors.base import Lesson, Predictor
from shops import sentences

JUDGES = {
    "chance": judging.of_chance,
    "amount": judging.of_amount,
    "money": judging.of_amount,
    "days": judging.of_amount,
    "hour": judging.of_hour,
}

NO_BETTER = _("On days that were new to both, “%(baseline)s” was as good or better")
MAY_BE_LUCK = _(
    "On days that were new to both it was better than “%(baseline)s”, but that may be luck: more"
    " customers will tell"
)
Entry = tuple[TrainedModel, Predictor]


def ways(champion: Predictor) -> list[Predictor]:
    """The predictor's own way to its answer, then those of its challengers."""
    paths = settings.CHALLENGERS.get(champion.name, ())
    return [champion, *(import_string(path)(champion) for path in paths)]


def way_of(card: TrainedModel, champion: Predictor) -> Predictor | None:
    """The way that the card was trained by; none where its plug-in is gone."""
    named = {way.method: way for way in ways(champion)}
    return named.get(card.method or champion.method)


def hold(
    champion: Predictor,
    learning: Lesson,
    judged: Lesson,
    blank: Callable[[], TrainedModel],
) -> list[Entry]:
    """A card of every way, the winner's first: the largest gain of those sure to help.

    The more ways were tried, the surer each must be: the best of many is good by chance.
    """
    entered = ways(champion)
    found = [(blank(), way) for way in entered]
    then: dict[str, dict[str, Any]] = {}
    today: dict[str, dict[str, Any]] = {}
    for card, way in found:
        card.method = way.method
        then[way.method] = way.fit_beside(then, learning.table, learning.truth)
        # What is scored with has seen the last window too; what was judged had not.
        today[way.method] = way.fit_beside(today, judged.table, judged.truth)
        if not all(_answers(way, each[way.method], judged) for each in (then, today)):
            card.explain(sentences.kept(_("For some customers its answer is no number")))
            continue
        _judge(card, way, then[way.method], judged, tried=len(entered))
        card.artefact = dict(today[way.method])
    found.sort(key=lambda entry: (entry[0].status != "live", -_gain(entry[0])))
    (winner, winning), *others = found
    for card, _way in others:
        if card.metrics and (card.status == "live" or winner.status == "live"):
            why = _("On the same days “%(winner)s” did better")
            card.explain(sentences.kept(why, winner=winning.method_name))
        card.status = "beaten"
    return found


def _answers(way: Predictor, learned: dict[str, Any], lesson: Lesson) -> bool:
    return bool(np.isfinite(way.value(way.predict(learned, lesson.table))).all())


def _gain(card: TrainedModel) -> float:
    return float(card.metrics.get("gain", -np.inf))


def judge(predictor: Predictor, learned: dict[str, Any], lesson: Lesson) -> Verdict:
    """The verdict on what was learned, for customers as they stood later."""
    table = lesson.table
    return JUDGES[predictor.kind](
        lesson.truth, predictor.predict(learned, table), predictor.baseline(table)
    )


def _judge(
    card: TrainedModel, predictor: Predictor, learned: dict[str, Any], judged: Lesson, *, tried: int
) -> None:
    verdict = judge(predictor, learned, judged)
    sure = verdict.sure(tried)
    card.metrics = {
        **verdict.metrics,
        "gain": round(verdict.gain, 4),
        "buyers": len(judged.truth),
    }
    card.calibration, card.lift = verdict.calibration, verdict.lift
    card.importance = importance(predictor, learned, judged)
    if sure > 0:
        card.status = "live"
    else:
        why = MAY_BE_LUCK if verdict.gain > 0 else NO_BETTER
        card.explain(sentences.kept(why, baseline=_unbeaten(card, predictor)))


def _unbeaten(card: TrainedModel, predictor: Predictor) -> Promise:
    """Which simple answer was not beaten: everybody's mean, or the rule with certainty."""
    of_mean, own = card.metrics.get("mean_rmse"), card.metrics.get("rmse", 0.0)
    lost_to_mean = of_mean is not None and of_mean <= min(own, card.metrics["baseline_rmse"])
    return _("everybody's mean") if lost_to_mean else predictor.baseline_name


def importance(predictor: Predictor, learned: dict[str, Any], lesson: Lesson) -> dict[str, float]:
    """The mean size of each feature's term."""
    sizes = np.abs(predictor.terms(learned, lesson.table)).mean(axis=0)
    names = zip(lesson.table.features, sizes, strict=True)
    return {name: round(float(size), 4) for name, size in names}
