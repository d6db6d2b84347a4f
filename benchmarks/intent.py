"""Will a session end in a purchase? Online shoppers, 10-fold, with and without page values.

Method: ten stratified folds (seed 0), each judged by a model trained on the other nine; mean over
folds. Page values may carry the outcome (they hold the value of the pages of a sale), so the same
is done with that column unknown. Baseline: sessions ordered by their page value alone.
"""

import csv
import gzip
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from insights.predictors import session_intent
from insights.predictors.session_intent import MEASURES, Floats, Ints

NUMBERS = (
    "Administrative", "Informational", "ProductRelated", "Administrative_Duration",
    "Informational_Duration", "ProductRelated_Duration", "BounceRates", "ExitRates", "SpecialDay",
    "PageValues",
)  # fmt: skip
KINDS = ("OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def run(data: Path) -> dict[str, Any]:
    """Mean AUC and average precision over the folds."""
    began = time.perf_counter()
    measures, kinds, bought = read(data / "online_shoppers_intention.csv.gz")
    value = MEASURES.index("page_value")
    without = measures.copy()
    without[:, value] = np.nan
    auc, precision = judge(measures, kinds, bought)
    auc_without, precision_without = judge(without, kinds, bought)
    return {
        "auc": auc,
        "average_precision": precision,
        "auc_without_page_values": auc_without,
        "average_precision_without_page_values": precision_without,
        "baseline_auc": round(float(roc_auc_score(bought, measures[:, value])), 4),
        "seconds": round(time.perf_counter() - began, 1),
    }


def judge(measures: Floats, kinds: Ints, bought: Ints) -> tuple[float, float]:
    """AUC and average precision, each the mean of ten folds."""
    figures = []
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    for train, test in folds.split(measures, bought):
        model = session_intent.fit(measures[train], kinds[train], bought[train])
        said = model.predict(measures[test], kinds[test])
        true = bought[test]
        figures.append((roc_auc_score(true, said), average_precision_score(true, said)))
    auc, precision = np.mean(figures, axis=0)
    return round(float(auc), 4), round(float(precision), 4)


def read(path: Path) -> tuple[Floats, Ints, Ints]:
    """Measures, kinds as codes, and whether the session bought."""
    with gzip.open(path, "rt") as lines:
        rows = list(csv.DictReader(lines))
    measures = np.array([[float(row[name]) for name in NUMBERS] for row in rows])
    months = np.array([MONTHS.index(row["Month"]) for row in rows])
    codes = [np.unique([row[kind] for row in rows], return_inverse=True)[1] for kind in KINDS]
    bought = np.array([int(row["Revenue"].upper() == "TRUE") for row in rows])
    return measures, np.column_stack([months, *codes]), bought
