"""Train, back-test on later time, compare, register: a model is live only while it helps."""

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext as _

from insights import features, judging
from insights.features import Floats, Table
from insights.judging import Verdict
from insights.prediction_models import TrainedModel
from insights.predictors.base import Predictor
from insights.predictors.chance import importance
from shops.models import Shop

FEWEST_BUYERS = 200
FEWEST_OF_EACH = 20  # customers with and without the answer, in each of the two windows


def predictors() -> dict[str, Predictor]:
    """Every predictor of the plug-in table by name."""
    return {name: import_string(path)() for name, path in settings.PREDICTORS.items()}


def train_all() -> None:
    """Every predictor of every shop."""
    for shop in Shop.objects.order_by("pk"):
        for predictor in predictors().values():
            train(shop, predictor)


def train(shop: Shop, predictor: Predictor, at: datetime | None = None) -> TrainedModel:
    """One row of the register, live or off with the reason.

    The last full horizon is for judging, the one before for learning; what is registered has
    learned from the last. A live model stays when the new one did worse on the same customers.
    """
    at = at or now()
    days = timedelta(days=predictor.horizon_days)
    learning, judged = (features.read(shop, at - n * days) for n in (2, 1))
    labels = [
        predictor.label(features.orders_after(shop, table, predictor.horizon_days))
        for table in (learning, judged)
    ]
    card = TrainedModel(
        shop=shop,
        predictor=predictor.name,
        baseline=str(predictor.baseline_name),
        window={"learned": learning.at.isoformat(), "judged": judged.at.isoformat()},
        versions={name: version(name) for name in ("scikit-learn", "numpy")},
    )
    card.reason = missing(predictor, learning, labels[0], labels[1])
    if not card.reason:
        _learn_and_judge(card, predictor, (learning, judged), labels)
    return _register(card, predictor, judged, labels[1])


def missing(predictor: Predictor, learning: Table, learned: Floats, judged: Floats) -> str:
    """What is too little to learn from, in words; empty when there is enough."""
    buyers = len(learning.customers)
    if buyers < FEWEST_BUYERS:
        return _("%(have)d of %(need)d buyers so far") % {"have": buyers, "need": FEWEST_BUYERS}
    rarer = min(min(int((of > 0).sum()), int((of == 0).sum())) for of in (learned, judged))
    if rarer < FEWEST_OF_EACH:
        figures = {"have": rarer, "need": FEWEST_OF_EACH}
        return _("%(have)d of %(need)d customers of the rarer answer so far") % figures
    return ""


def judge(predictor: Predictor, learned: dict[str, Any], table: Table, label: Floats) -> Verdict:
    """The verdict on what was learned, for customers as they stood later."""
    judging_of = judging.of_chance if predictor.kind == "chance" else judging.of_amount
    return judging_of(label, predictor.predict(learned, table), predictor.baseline(table))


def _learn_and_judge(
    card: TrainedModel, predictor: Predictor, tables: tuple[Table, Table], labels: list[Floats]
) -> None:
    learning, judged = tables
    learned = predictor.fit(learning, labels[0])
    verdict = judge(predictor, learned, judged, labels[1])
    card.metrics = {
        **verdict.metrics,
        "gain": round(verdict.gain, 4),
        "buyers": len(judged.customers),
    }
    card.calibration, card.lift = verdict.calibration, verdict.lift
    card.importance = importance(predictor.terms(learned, judged))
    # What is scored with has seen the last window too; what was judged had not.
    card.artefact = predictor.fit(judged, labels[1])
    said = predictor.predict(card.artefact, judged)
    card.artefact["tenths"] = np.quantile(said, np.arange(0.1, 1, 0.1)).tolist()
    if verdict.sure > 0:
        card.status = "live"
    else:
        card.reason = _(
            "Not better than “%(baseline)s”: gain %(gain).3f, with 95 %% certainty only %(sure).3f"
        ) % {"baseline": card.baseline, "gain": verdict.gain, "sure": verdict.sure}


def _register(
    card: TrainedModel, predictor: Predictor, judged: Table, label: Floats
) -> TrainedModel:
    """Save the card; a champion that no longer helps is switched off as well."""
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=card.shop_id)  # one training at a time
        live = TrainedModel.objects.filter(
            shop=card.shop, predictor=card.predictor, status="live"
        ).first()
        if live and card.status == "live":
            before = judge(predictor, live.artefact, judged, label)
            if before.gain > card.metrics["gain"] and before.sure > 0:
                card.status, card.reason = (
                    "retired",
                    _("The live model did better on the same days"),
                )
        if live and card.status != "retired" and card.metrics:
            live.status = "retired" if card.status == "live" else "off"
            live.reason = card.reason or _("A later model took over")
            live.save(update_fields=["status", "reason"])
        card.save()
    return card
