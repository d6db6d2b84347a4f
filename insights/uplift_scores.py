"""From a campaign's holdout to scores: what a message to each customer brings per euro it costs.

`uplift_<campaign>` is the gain per unit of money spent on message and discount; `write_<campaign>`
is 1 for those whom it is worth writing to, and for a share of the others, so that learning goes on.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from insights import uplift, uplift_features
from insights.features import Floats, Ints, Table
from insights.prediction_models import TrainedModel
from insights.predictors.base import Scorer, against_usual, usual
from insights.uplift import PolicyValue, UpliftModel
from insights.uplift_learners import robust_outcomes
from shops import sentences
from shops.models import Shop

PREFIX = "uplift_"
SURE = 1.645  # standard errors: 95 %, one-sided
QUESTION = _("What does writing to this customer bring for each unit of money: %s?")
AT_RANDOM = _("writing to as many at random")


@dataclass(frozen=True)
class Economy:
    """What an order leaves and what a message costs, in cents; and the share that explores."""

    order_cents: float
    message_cents: float
    discount_cents: float
    explore: float

    def costs(self, answer: Floats) -> Floats:
        """Of writing to each: the message for sure, the discount if they buy."""
        return self.message_cents + self.discount_cents * answer


@dataclass(frozen=True)
class Trial:
    """A campaign with its holdout: who was in it, since when, written to or not, and who bought."""

    number: int
    title: str
    customers: list[int]
    moments: list[datetime]
    treated: Ints
    outcome: Ints

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.number}"


class UpliftScore(Scorer):
    """What a trained card says; explained against the usual customer."""

    kind = "gain"
    features = uplift_features.FEATURES

    def __init__(self, card: TrainedModel) -> None:
        self.name, self.baseline_name = card.predictor, AT_RANDOM
        title = card.window.get("title")
        self.question = str(QUESTION) % title if title else card.window.get("question", self.name)

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        return uplift_features.read(shop, at, customers)

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        economy, model = Economy(**learned["economy"]), uplift.from_numbers(learned["model"])
        return gain(model.effect(table.matrix), learned["answer"], economy)

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        return against_usual(lambda of: self.predict(learned, of), table, learned["usual"])

    def also(self, learned: dict[str, Any], table: Table, said: Floats) -> dict[str, Floats]:
        number = int(self.name.removeprefix(PREFIX))
        chosen = worth_writing(said, table.customers, number, learned["economy"]["explore"])
        return {f"write_{number}": chosen.astype(float)}


def gain(effect: Floats, answer: float, economy: Economy) -> Floats:
    """What is gained for each unit of money that writing costs."""
    costs = economy.costs(np.clip(answer + effect, 0, 1))
    return effect * economy.order_cents / np.maximum(costs, 0.01)


def worth_writing(gains: Floats, customers: Ints, number: int, explore: float) -> NDArray[np.bool_]:
    """Who brings more than they cost, and a fixed share of the others: always the same ones."""
    mixed = (customers.astype(np.uint64) + np.uint64(number) * np.uint64(0x9E3779B9)) * np.uint64(
        0x9E3779B97F4A7C15
    )
    drawn = (mixed >> np.uint64(40)).astype(float) / 2**24
    return (gains > 1) | (drawn < explore)


def learn(shop: Shop, trial: Trial, economy: Economy, at: datetime) -> TrainedModel:
    """The card of a trial, not saved: live where its choice is worth more than a random one."""
    table = uplift_features.read_each(trial.customers, trial.moments)
    model = uplift.fit(table.matrix, trial.treated, trial.outcome)
    card = TrainedModel(
        shop=shop, predictor=trial.name, trained_at=at, baseline=str(AT_RANDOM),
        versions={name: version(name) for name in ("scikit-learn", "numpy")},
        window={
            "title": trial.title, "method": model.method,
            "learned": min(trial.moments).isoformat(), "judged": max(trial.moments).isoformat(),
            "learners": [asdict(one) for one in model.judged],
        },
    )  # fmt: skip
    if model.method != "rules":
        _judge(card, model, table, trial, economy)
    else:
        card.explain(sentences.kept(_("Left to rules: %(why)s"), why=model.why))
    return card


def _judge(
    card: TrainedModel, model: UpliftModel, table: Table, trial: Trial, economy: Economy
) -> None:
    """By customers' own effects that models told which had not seen them."""
    effect = model.effect_of(model.unseen)
    answer = float(trial.outcome[trial.treated == 0].mean())
    gains = gain(effect, answer, economy)
    chosen = worth_writing(gains, table.customers, trial.number, economy.explore)
    value = uplift.policy_value(table.matrix, trial.treated, trial.outcome, chosen)
    held, sent = robust_outcomes(table.matrix, trial.treated, trial.outcome)
    order = np.argsort(-effect, kind="stable")
    tenths = np.array_split(order, 10)
    true = sent - held
    card.calibration = [
        [float(effect[part].mean()), float(true[part].mean()), float(len(part))] for part in tenths
    ]
    mean = abs(float(true.mean())) or 1e-9
    card.lift = [round(float(true[part].mean()) / mean, 3) for part in tenths]
    card.metrics = _metrics(model, value, chosen, economy, effect, answer)
    card.artefact = {
        "model": model.numbers(),
        "economy": asdict(economy),
        "answer": answer,
        "usual": usual(table),
        "tenths": np.quantile(gains, np.arange(0.1, 1, 0.1)).tolist(),
    }
    terms = UpliftScore(card).terms(card.artefact, table.rows(slice(0, 2000)))
    sizes = np.abs(terms).mean(axis=0)
    card.importance = dict(zip(table.features, sizes.round(4).tolist(), strict=True))
    _decide(card, model, value, chosen)


def _metrics(
    model: UpliftModel,
    value: PolicyValue,
    chosen: NDArray[np.bool_],
    economy: Economy,
    effect: Floats,
    answer: float,
) -> dict[str, float]:
    best = max((one for one in model.judged if one.name != "response"), key=lambda one: one.qini)
    (response,) = (one for one in model.judged if one.name == "response")
    costs = economy.costs(np.clip(answer + effect, 0, 1))
    found = {
        "qini": best.qini,
        "qini_error": best.error,
        "response_qini": response.qini,
        "chosen": float(chosen.mean()),
        "policy": value.policy,
        "random": value.random,
        "everybody": value.everybody,
        "nobody": value.nobody,
        "policy_error": value.error,
        "net_cents": value.policy * economy.order_cents - float((costs * chosen).mean()),
        "everybody_net_cents": value.everybody * economy.order_cents - float(costs.mean()),
        "gain": value.policy - value.random,
        "buyers": float(len(effect)),
    }
    return {name: round(float(number), 4) for name, number in found.items()}


def _decide(
    card: TrainedModel, model: UpliftModel, value: PolicyValue, chosen: NDArray[np.bool_]
) -> None:
    """Used only where the doubly robust value of its choice is above that of a random one."""
    if chosen.all():
        told = _("Left to rules: everybody is worth writing to. %(why)s")
    elif value.policy - value.random <= SURE * value.error:
        told = _("Left to rules: its choice is worth no more than a random one. %(why)s")
    else:
        card.status = "live"
        told = _("By who answers, for want of a better ranking by effect: %(why)s")
        if model.method == "uplift":
            card.explain(model.why)
            return
    card.explain(sentences.kept(told, why=model.why))
