"""Boosted trees kept as plain numbers, and what each feature adds to an answer.

scikit-learn grows them; afterwards a tree is six lists: feature, threshold, the two ways on, which
of them an unknown value takes, and the value of a node: log-odds, or the logarithm of an amount. It
is the mean of those who passed through the node, so the steps down a path add up to the answer
exactly: they are the reasons.
"""

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier

from insights.features import Floats, Table
from insights.predictors.base import Predictor

LEAF = -1
# Trees of eight leaves, as many as lists can hold lightly.
KIND: dict[str, Any] = {
    "max_leaf_nodes": 8, "learning_rate": 0.08, "max_iter": 60, "min_samples_leaf": 20,
    "l2_regularization": 5.0, "max_features": 0.5, "random_state": 0, "early_stopping": False,
}  # fmt: skip


class Boosted(Predictor):
    """A chance by small trees: for what bends and depends on each other."""

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        return grow(table.matrix, label)

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return expit(learned["start"] + steps(learned, table.matrix).sum(axis=1))

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        return steps(learned, table.matrix)


def grow(matrix: Floats, label: Floats) -> dict[str, Any]:
    """Grow the trees and keep what they are made of."""
    return kept(HistGradientBoostingClassifier(**KIND).fit(matrix, label))


def kept(model: Any) -> dict[str, Any]:
    """What a fitted forest of scikit-learn is made of, as plain numbers."""
    start = float(np.ravel(model._baseline_prediction)[0])
    trees = [_plain(iteration[0].nodes) for iteration in model._predictors]
    return {"start": start + sum(tree["value"][0] for tree in trees), "trees": trees}


def steps(learned: dict[str, Any], matrix: Floats) -> Floats:
    """What each feature (column) adds to the log-odds of each row."""
    found = np.zeros_like(matrix)
    rows = np.arange(len(matrix))
    for plain in learned["trees"]:
        tree = {name: np.array(column) for name, column in plain.items()}
        at = np.zeros(len(matrix), int)
        while (inside := tree["feature"][at] != LEAF).any():
            here, who = at[inside], rows[inside]
            feature = tree["feature"][here]
            seen = matrix[who, feature]
            left = np.where(np.isnan(seen), tree["unknown"][here], seen <= tree["cut"][here])
            to = np.where(left.astype(bool), tree["left"][here], tree["right"][here])
            np.add.at(found, (who, feature), tree["value"][to] - tree["value"][here])
            at[inside] = to
    return found


def _plain(nodes: Any) -> dict[str, list[Any]]:
    """A tree's lists; children stand after their parents, so means are taken from the end."""
    leaf = nodes["is_leaf"].astype(bool)
    value, count = nodes["value"].astype(float).copy(), nodes["count"].astype(float)
    left, right = nodes["left"].astype(int), nodes["right"].astype(int)
    for place in np.flatnonzero(~leaf)[::-1]:
        ways = [left[place], right[place]]
        value[place] = np.average(value[ways], weights=count[ways])
    return {
        "feature": np.where(leaf, LEAF, nodes["feature_idx"].astype(int)).tolist(),
        "cut": np.where(leaf, 0.0, np.nan_to_num(nodes["num_threshold"], posinf=1e300)).tolist(),
        "left": left.tolist(),
        "right": right.tolist(),
        "unknown": nodes["missing_go_to_left"].astype(int).tolist(),
        "value": value.tolist(),
    }
