"""Regressions on logged and scaled features whose terms are the reasons: nothing approximated."""

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.model_selection import cross_val_predict

from insights.features import Floats, Table
from insights.predictors.base import Predictor


class Linear(Predictor):
    """Terms that add up, on the scale of the link."""

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        seen = np.log1p(np.maximum(table.matrix, 0))
        scaled = (seen - learned["centre"]) / np.array(learned["spread"])
        return scaled * learned["weights"]

    def together(self, learned: dict[str, Any], table: Table) -> Floats:
        """Start and terms."""
        return learned["start"] + self.terms(learned, table).sum(axis=1)


class Chance(Linear):
    """A chance: regularised logistic regression, calibrated on what it had not seen."""

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        scaled, scale = _scaled(table)
        model = LogisticRegression(C=0.1, max_iter=500)
        said = cross_val_predict(model, scaled, label, cv=3, method="decision_function")
        model.fit(scaled, label)
        platt = LogisticRegression(C=1e3).fit(said[:, None], label)
        slope = max(0.0, float(platt.coef_[0, 0]))
        return {
            **scale,
            "weights": (slope * model.coef_[0]).tolist(),
            "start": slope * float(model.intercept_[0]) + float(platt.intercept_[0]),
        }

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return expit(self.together(learned, table))


class Days(Linear):
    """A time, by Poisson regression: its mean is right, and every term multiplies it."""

    kind = "days"

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        scaled, scale = _scaled(table)
        model = PoissonRegressor(alpha=0.05, max_iter=1000).fit(scaled, label)
        return {**scale, "weights": model.coef_.tolist(), "start": float(model.intercept_)}

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        most = np.log(self.horizon_days)
        return np.exp(np.minimum(self.together(learned, table), most))


def _scaled(table: Table) -> tuple[Floats, dict[str, Any]]:
    seen = np.log1p(np.maximum(table.matrix, 0))
    centre, spread = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-6)
    return (seen - centre) / spread, {"centre": centre.tolist(), "spread": spread.tolist()}
