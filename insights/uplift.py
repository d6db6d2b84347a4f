"""Whom a message changes: effect of treatment per customer, learned from a campaign's holdout.

Four learners (`uplift_learners`) are judged by cross-validated Qini; all that cannot be told from
the best (within one standard error) form the committee. Falls back to response ("who buys anyway"),
then to rules, and says so.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from insights import uplift_learners
from insights.qini import qini
from insights.uplift_learners import JUDGED, Floats, Ints, Learner, Response, robust_outcomes
from shops import sentences
from shops.sentences import Sentence

FOLDS = 5
FEWEST_EVENTS = 50  # outcomes in the smaller arm; fewer make an effect of chance


@dataclass(frozen=True)
class Judged:
    """Cross-validated Qini of one learner and the standard error of its mean."""

    name: str
    qini: float
    error: float


@dataclass(frozen=True)
class UpliftModel:
    """`method` is "uplift", "response" or "rules" (nobody is ranked); `why` gives figures.

    `unseen` is the rank of each row it learned from, by models that had not seen the row.
    """

    method: str
    why: Sentence
    judged: list[Judged]
    committee: list[Learner]
    scales: list[float]
    mean_effect: float
    slope: float
    middle: float = 0.0  # mean rank of those it learned from
    unseen: Floats = field(default_factory=lambda: np.zeros(0))

    def rank(self, features: Floats) -> Floats:
        """The higher, the sooner a customer should be written to."""
        if not self.committee:
            return np.zeros(len(features))
        said = [
            learner.effect(features) / scale
            for learner, scale in zip(self.committee, self.scales, strict=True)
        ]
        return np.mean(said, axis=0)

    def effect(self, features: Floats) -> Floats:
        """Change of the outcome's probability."""
        return self.effect_of(self.rank(features))

    def effect_of(self, rank: Floats) -> Floats:
        """By uplift, calibrated; by response, in proportion to it; else everybody's mean."""
        if self.method == "uplift":
            return self.mean_effect + self.slope * (rank - self.middle)
        if self.method == "response" and self.middle:
            return self.mean_effect * rank / self.middle
        return np.full(len(rank), self.mean_effect)

    def numbers(self) -> dict[str, Any]:
        """What was learned, as plain numbers."""
        return {
            "method": self.method,
            "committee": [learner.numbers() for learner in self.committee],
            "scales": self.scales,
            "mean_effect": self.mean_effect,
            "slope": self.slope,
            "middle": self.middle,
        }


def from_numbers(kept: dict[str, Any]) -> UpliftModel:
    """The model whose `numbers` these are."""
    committee = [uplift_learners.from_numbers(each) for each in kept["committee"]]
    return UpliftModel(
        kept["method"], {}, [], committee, kept["scales"],
        kept["mean_effect"], kept["slope"], kept["middle"],
    )  # fmt: skip


def fit(features: Floats, treated: Ints, outcome: Ints) -> UpliftModel:
    """Choose and train: features (row per customer, numbers), treated 0/1, outcome 0/1."""
    effect = _difference(treated, outcome)
    counts = [int(outcome[treated == arm].sum()) for arm in (0, 1)]
    if min(counts) < FEWEST_EVENTS:
        too_few = _("%(have)d of %(need)d outcomes in the smaller arm")
        why = sentences.kept(too_few, have=min(counts), need=FEWEST_EVENTS)
        return UpliftModel("rules", why, [], [], [], effect, 0.0)
    oof, figures = _cross_validate(features, treated, outcome)
    judged = [
        Judged(name, float(of.mean()), float(of.std(ddof=1) / len(of) ** 0.5))
        for name, of in figures.items()
    ]
    chosen, method, why = _choose(judged)
    committee = [
        learner().fit(features, treated, outcome) for learner in JUDGED if learner.name in chosen
    ]
    if not committee:
        return UpliftModel(method, why, judged, [], [], effect, 0.0)
    scales = [float(oof[learner.name].std()) or 1.0 for learner in committee]
    said = [oof[x.name] / scale for x, scale in zip(committee, scales, strict=True)]
    unseen = np.mean(said, axis=0)
    slope = _slope(unseen, features, treated, outcome) if method == "uplift" else 0.0
    middle = float(unseen.mean())
    return UpliftModel(method, why, judged, committee, scales, effect, slope, middle, unseen)


@dataclass(frozen=True)
class PolicyValue:
    """Outcomes per customer, doubly robust, with the standard error of policy against random.

    `policy` and `random` write to the same share of customers.
    """

    policy: float
    random: float
    everybody: float
    nobody: float
    error: float


def policy_value(
    features: Floats, treated: Ints, outcome: Ints, chosen: NDArray[np.bool_]
) -> PolicyValue:
    """What writing to the chosen would bring, from customers the model did not learn from."""
    held, sent = robust_outcomes(features, treated, outcome)
    share = chosen.mean()
    gain = np.where(chosen, sent, held) - (share * sent + (1 - share) * held)
    return PolicyValue(
        policy=float(np.where(chosen, sent, held).mean()),
        random=float((share * sent + (1 - share) * held).mean()),
        everybody=float(sent.mean()),
        nobody=float(held.mean()),
        error=float(gain.std(ddof=1) / len(gain) ** 0.5),
    )


def _cross_validate(
    features: Floats, treated: Ints, outcome: Ints
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Out-of-fold effects of every learner, and its Qini in each fold."""
    oof = {learner.name: np.zeros(len(outcome)) for learner in JUDGED}
    figures: dict[str, list[float]] = {learner.name: [] for learner in JUDGED}
    for train, test in uplift_learners.folds(treated, outcome, FOLDS):
        for learner in JUDGED:
            model = learner().fit(features[train], treated[train], outcome[train])
            oof[learner.name][test] = model.effect(features[test])
            figures[learner.name].append(
                qini(outcome[test], oof[learner.name][test], treated[test])
            )
    return oof, {name: np.array(of) for name, of in figures.items()}


def _choose(judged: list[Judged]) -> tuple[set[str], str, Sentence]:
    """The learners to keep, by which method, and why."""
    by_name = {one.name: one for one in judged}
    response = by_name.pop(Response.name)
    best = max(by_name.values(), key=lambda one: one.qini)
    told = sentences.kept(
        _("Qini %(qini).3f ± %(error).3f, of who answers anyway %(response).3f"),
        qini=best.qini, error=best.error, response=response.qini,
    )  # fmt: skip
    if best.qini > max(best.error, response.qini):
        near = {one.name for one in by_name.values() if one.qini >= best.qini - best.error}
        return near, "uplift", told
    if response.qini - response.error > 0:
        return {Response.name}, "response", told
    return set(), "rules", told


def _slope(together: Floats, features: Floats, treated: Ints, outcome: Ints) -> float:
    """How much true effect a step of the rank carries (best linear predictor), never negative."""
    held, sent = robust_outcomes(features, treated, outcome)
    return max(0.0, float(np.cov(together, sent - held)[0, 1] / together.var()))


def _difference(treated: Ints, outcome: Ints) -> float:
    if treated.all() or not treated.any():  # an arm is empty, or both are
        return 0.0
    return float(outcome[treated == 1].mean() - outcome[treated == 0].mean())
