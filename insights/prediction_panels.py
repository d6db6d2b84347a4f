"""What this room shows: a model's card, a customer's scores with reasons, models that are off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from insights import scoring
from insights.prediction_models import TrainedModel
from insights.training import MUCH_DRIFT
from shops import money
from shops.models import Shop
from shops.panels import Panel

METRICS = {
    "auc": _("Ranks right (AUC)"),
    "baseline_auc": _("The simple rule does (AUC)"),
    "accuracy": _("Accuracy"),
    "precision": _("Precision"),
    "recall": _("Recall"),
    "f1": _("F1"),
    "average_precision": _("Average precision"),
    "rate": _("How many do"),
    "rmse": _("Error (RMSE)"),
    "baseline_rmse": _("Error of the simple rule"),
    "mean_rmse": _("Error of everybody's mean"),
    "mae": _("Mean error (MAE)"),
    "bias": _("Predicted of true total"),
    "hit": _("Within an hour of the named one"),
    "baseline_hit": _("Within an hour of everybody's"),
    "qini": _("Ranks by effect (Qini)"),
    "qini_error": _("give or take (Qini)"),
    "response_qini": _("Ranking by answer does (Qini)"),
    "chosen": _("Share written to by its choice"),
    "policy": _("Buyers by its choice, each customer"),
    "random": _("By as many at random"),
    "everybody": _("By writing to everybody"),
    "nobody": _("By writing to nobody"),
    "policy_error": _("give or take (choice against random)"),
    "net_cents": _("Net cents a customer by its choice"),
    "everybody_net_cents": _("Net cents by writing to everybody"),
    "buyers": _("Customers judged"),
}
WAY_MEASURES = ("auc", "rmse", "mae", "bias")
LEARNERS = {
    "t_learner": _("T: a model for each arm"),
    "x_learner": _("X: each arm under the other's model"),
    "dr_learner": _("Doubly robust"),
    "class_transformation": _("Class transformation"),
    "response": _("Answer alone"),
}


def card(model: TrainedModel) -> list[Panel]:
    """The card of one trained model, part by part."""
    parts = [
        Panel(
            question_of(model),
            "panels/model_figures.html",
            {
                "model": model,
                "metrics": _metrics(model),
                "way": way(model),
                "baseline": baseline(model),
                "drifted": (model.drift or 0) > MUCH_DRIFT,
            },
        )
    ]
    earlier = TrainedModel.objects.filter(shop=model.shop, predictor=model.predictor)
    beside = earlier.filter(trained_at=model.trained_at).exclude(pk=model.pk)
    if beside:
        parts.append(_ways([model, *beside]))
    if model.metrics:
        parts += [_calibration(model), _lift(model), _importance(model)]
    if model.window.get("learners"):
        parts.append(_learners(model))
    history = {"models": earlier.order_by("-trained_at")[:12]}
    return [*parts, Panel(gettext("History"), "panels/model_history.html", history, width=6)]


def newest(cards: QuerySet[TrainedModel]) -> QuerySet[TrainedModel]:
    """The last card of every model; challengers stand beside one and are none of their own."""
    last = cards.exclude(status="beaten").order_by("shop", "predictor", "-trained_at")
    return last.distinct("shop", "predictor")


def models_off(shop: Shop) -> Panel:
    """The newest card of every model, the ones that are off with their reason."""
    rows = [(question_of(one), one) for one in newest(TrainedModel.objects.filter(shop=shop))]
    return Panel(gettext("Predictions"), "panels/models.html", {"models": rows}, width=4)


def scores(customer: Customer) -> Panel:
    """What the models say about the customer, and why."""
    told = [(one, _in_words(one, customer.shop.currency)) for one in scoring.told(customer)]
    return Panel(gettext("Predictions"), "panels/scores.html", {"told": told}, width=8)


def _in_words(told: scoring.Told, currency: str) -> tuple[str, str]:
    """The answer as it is read, and the range of an estimate from little."""

    def say(value: float) -> str:
        if told.kind == "money":
            return money.said(round(value * 100), currency)
        return SAID[told.kind](value)

    if told.low is None or told.high is None:
        return say(told.value), ""
    return say(told.value), f"{say(told.low)} – {say(told.high)}"


def _day(days: float) -> str:
    return date_format(localdate() + timedelta(days=round(days)), "j M Y")


SAID: dict[str, Callable[[float], str]] = {
    "chance": lambda value: f"{value:.0%}",
    "amount": lambda value: f"{value:.1f}",
    "days": _day,
    "hour": lambda value: f"{round(value) % 24:02}:00",
    "gain": lambda value: f"{value:.2f}",
}


def _metrics(model: TrainedModel) -> list[tuple[Any, float]]:
    return [
        (label, model.metrics[name]) for name, label in METRICS.items() if name in model.metrics
    ]


def question_of(model: TrainedModel) -> str:
    """What the model answers, in plain words."""
    scorer = scoring.scorer_of(model)
    return str(scorer.question) if scorer else model.predictor


def baseline(model: TrainedModel) -> str:
    """The simple rule that the model must beat."""
    return str(getattr(scoring.scorer_of(model), "baseline_name", model.baseline))


def way(model: TrainedModel) -> str:
    """How the model comes to its answer, where there are several ways."""
    scorer = scoring.scorer_of(model)
    return str(getattr(scorer, "method_name", ""))


def _ways(cards: list[TrainedModel]) -> Panel:
    """Champion and challengers of one training, on the same days; what gains most comes first."""
    ranked = sorted(cards, key=lambda card: -card.metrics.get("gain", 0.0))
    measures = [name for name in WAY_MEASURES if name in cards[0].metrics]
    rows = [(way(card), card, [card.metrics.get(m) for m in measures]) for card in ranked]
    known = {"ways": rows, "model": cards[0], "measures": [METRICS[name] for name in measures]}
    return Panel(gettext("Champion and challengers"), "panels/model_ways.html", known)


def _learners(model: TrainedModel) -> Panel:
    """How each learner of an effect ranked customers it had not seen."""
    ranked = sorted(model.window["learners"], key=lambda one: -one["qini"])
    rows = [(LEARNERS.get(one["name"], one["name"]), one["qini"], one["error"]) for one in ranked]
    title = gettext("Learners, cross-validated")
    return Panel(title, "panels/model_learners.html", {"learners": rows}, width=6)


def _calibration(model: TrainedModel) -> Panel:
    rows = model.calibration[::-1]
    series = [
        {"name": gettext("predicted"), "values": [round(said, 4) for said, _true, _count in rows]},
        {"name": gettext("happened"), "values": [round(true, 4) for _said, true, _count in rows]},
    ]
    labels = [str(place) for place in range(1, len(rows) + 1)]
    return _chart(gettext("Predicted and true, by tenth of customers"), "line", labels, series)


def _lift(model: TrainedModel) -> Panel:
    labels = [str(place) for place in range(1, len(model.lift) + 1)]
    series = [{"name": gettext("times the mean"), "values": model.lift}]
    return _chart(gettext("Lift, highest tenth first"), "bar", labels, series)


def _importance(model: TrainedModel) -> Panel:
    ranked = sorted(model.importance.items(), key=lambda item: -item[1])[:8]
    scorer = scoring.scorer_of(model)
    words = scorer.features if scorer else {}
    labels = [str(words.get(name, name)) for name, _size in ranked]
    series = [{"name": gettext("mean effect"), "values": [size for _name, size in ranked]}]
    return _chart(gettext("What weighs most"), "across", labels, series)


def _chart(title: str, kind: str, labels: list[str], series: list[dict[str, Any]]) -> Panel:
    chart = {"kind": kind, "labels": labels, "series": series}
    return Panel(title, "panels/chart.html", {"chart": chart}, width=6)
