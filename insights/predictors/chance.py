"""A chance from features: regularised logistic regression, calibrated, explained exactly."""

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from insights.features import FEATURES, Floats, Table
from insights.predictors.base import Predictor


class Chance(Predictor):
    """The linear terms are the reasons: nothing has to be approximated."""

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        seen = np.log1p(np.maximum(table.matrix, 0))
        centre, spread = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-6)
        scaled = (seen - centre) / spread
        model = LogisticRegression(C=0.1, max_iter=500)
        said = cross_val_predict(model, scaled, label, cv=3, method="decision_function")
        model.fit(scaled, label)
        platt = LogisticRegression(C=1e3).fit(said[:, None], label)
        slope = max(0.0, float(platt.coef_[0, 0]))
        return {
            "centre": centre.tolist(),
            "spread": spread.tolist(),
            "weights": (slope * model.coef_[0]).tolist(),
            "start": slope * float(model.intercept_[0]) + float(platt.intercept_[0]),
        }

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return expit(learned["start"] + self.terms(learned, table).sum(axis=1))

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        seen = np.log1p(np.maximum(table.matrix, 0))
        scaled = (seen - learned["centre"]) / np.array(learned["spread"])
        return scaled * learned["weights"]


def importance(terms: Floats) -> dict[str, float]:
    """The mean size of each feature's term."""
    sizes = np.abs(terms).mean(axis=0)
    return {name: round(float(size), 4) for name, size in zip(FEATURES, sizes, strict=True)}
