"""Orders of the CDNOW customers in a 39-week holdout, expected by the champion and by BG/NBD.

Method: purchases until 1997-09-30 are known, the next 39 weeks are judged; a customer's purchases
on one day count as one. The champion gives one number for each customer, and every figure is of
that number. Also the mean of customers' own rates (`naive_rmse`), and the value of a coming order.
"""

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from insights.predictors import expected_orders, gamma_gamma
from insights.predictors.buying_history import BuyingHistory, Floats, standing

TODAY, UNTIL = date(1997, 9, 30).toordinal(), date(1998, 6, 30).toordinal()


def run(data: Path) -> dict[str, Any]:
    """The figures of the issue, and the same of BG/NBD alone."""
    history = read(data / "cdnow_sample.txt")
    began = time.perf_counter()
    champion = expected_orders.fit(history, TODAY)
    predicted = champion.predict(history, TODAY, UNTIL - TODAY)
    seconds = time.perf_counter() - began
    now, model = standing(history, TODAY), champion.structure
    true = history.count_between(now.buyers, TODAY, UNTIL)
    own_rate = now.repeats / np.maximum(now.age_days, 1) * (UNTIL - TODAY)
    value = gamma_gamma.fit(now.repeats + 1, now.mean_value)
    return {
        **figures(predicted, true),
        "log_likelihood": round(model.log_likelihood, 2),
        "parameters": {name: round(getattr(model, name), 4) for name in ("r", "alpha", "a", "b")},
        "bg_nbd": figures(expected_orders.expected(model, now, (UNTIL - TODAY) / 7), true),
        "naive_rmse": figures(own_rate, true)["rmse"],
        "gamma_gamma": {name: round(getattr(value, name), 3) for name in ("p", "q", "gamma")},
        "seconds": round(seconds, 1),
    }


def read(path: Path) -> BuyingHistory:
    """Lines of master id, sample id, date, quantity, dollars."""
    rows = [line.split() for line in path.read_text().splitlines()]
    days = [date(int(d[:4]), int(d[4:6]), int(d[6:])).toordinal() for _m, _s, d, _q, _v in rows]
    return BuyingHistory.of(
        np.array([int(row[1]) for row in rows]),
        np.array(days),
        np.array([float(row[3]) for row in rows]),
        np.array([float(row[4]) for row in rows]),
    )


def figures(predicted: Floats, true: Floats) -> dict[str, float]:
    """Errors, correlation, bias as predicted total over true total, AUC of "buys again"."""
    return {
        "mae": round(float(np.abs(predicted - true).mean()), 4),
        "rmse": round(float(((predicted - true) ** 2).mean() ** 0.5), 4),
        "correlation": round(float(np.corrcoef(predicted, true)[0, 1]), 4),
        "bias": round(float(predicted.sum() / true.sum()), 4),
        "auc": round(float(roc_auc_score(true > 0, predicted)), 4),
    }
