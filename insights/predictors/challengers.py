"""Other answers to a predictor's question, trained and judged beside its own on the same days."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from sklearn.ensemble import HistGradientBoostingRegressor

from insights.features import Floats, Table
from insights.predictors import boosted
from insights.predictors.base import Early, Lesson, Predictor
from shops.models import Shop

NOTHING = -30.0  # the logarithm of what is expected where nobody ordered at all


class Challenger(Predictor):
    """What is asked, known and true is the champion's; the way to the answer is another."""

    method: str
    method_name: Promise

    def __init__(self, champion: Predictor) -> None:
        self.champion = champion
        self.name, self.question, self.kind = champion.name, champion.question, champion.kind
        self.horizon_days, self.baseline_name = champion.horizon_days, champion.baseline_name
        self.features = champion.features

    def reader(self) -> Any:
        return self.champion.reader()

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        return self.champion.read(shop, at, customers)

    def truth(self, shop: Shop, table: Table) -> Floats:
        return self.champion.truth(shop, table)

    def baseline(self, table: Table) -> Floats:
        return self.champion.baseline(table)

    @abstractmethod
    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        """What is learned, as plain numbers."""

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return self.champion.fit_early(lesson, now)

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        return self.champion.early(learned, table)


class BoostedAmount(Challenger):
    """Small trees on windowed features, by Poisson deviance: totals are right, big orders bend."""

    method = "boosted"
    method_name = _("Gradient-boosted trees")

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        amounts = np.maximum(label, 0)
        if not amounts.any():
            return {"start": NOTHING, "trees": []}
        model = HistGradientBoostingRegressor(loss="poisson", **boosted.KIND)
        return boosted.kept(model.fit(table.matrix, amounts))

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return np.exp(learned["start"] + boosted.steps(learned, table.matrix).sum(axis=1))

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        return boosted.steps(learned, table.matrix)


class Together(Challenger):
    """The mean of the champion's answer and the trees': they err on different customers.

    Equal weights: fitted ones are no better and vary (Smith & Wallis, 2009).
    """

    method = "together"
    method_name = _("Mean of both")

    def __init__(self, champion: Predictor) -> None:
        super().__init__(champion)
        self.parts = (champion, BoostedAmount(champion))

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        return self.fit_beside({}, table, label)

    def fit_beside(
        self, known: Mapping[str, dict[str, Any]], table: Table, label: Floats
    ) -> dict[str, Any]:
        return {
            part.method: known.get(part.method) or part.fit(table, label) for part in self.parts
        }

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        said = [part.predict(learned[part.method], table) for part in self.parts]
        return np.mean(said, axis=0)

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """The trees' steps multiply what they say, so they are told in amounts as well."""
        own, trees = self.parts
        steps = trees.terms(learned[trees.method], table)
        amounts = steps * trees.predict(learned[trees.method], table)[:, None]
        return (own.terms(learned[own.method], table) + amounts) / 2
