"""Will this order have a cancellation within 30 days? Online Retail, told when it is placed.

Method: cancellations (invoices beginning with C) are matched to the latest earlier line of the same
customer and product that was large enough. Orders up to the 70 % quantile of time are for training,
but only those whose 30 days were over by then; later ones are judged, the last 30 days of the file
left out. Baseline: the customer's own past rate, as known at the order. Intervals: 95 %, bootstrap
of the judged customers (an order's neighbours of the same customer are not independent), 500 times.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.metrics import average_precision_score, roc_auc_score

from insights.predictors import order_returns
from insights.predictors.order_returns import FEATURES, HORIZON_DAYS, Floats, Ints, Lines

COLUMNS = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]


def run(data: Path) -> dict[str, Any]:
    """AUC and average precision of model and baseline with their intervals."""
    began = time.perf_counter()
    sold, cancelled, end = read(data / "online_retail.parquet")
    orders = order_returns.prepare(sold, cancelled)
    label = orders.label()
    last = end - HORIZON_DAYS
    split = float(np.quantile(orders.days[orders.days <= last], 0.7))
    train = orders.days + HORIZON_DAYS <= split
    test = (orders.days > split) & (orders.days <= last)
    model = order_returns.fit(orders.features[train], label[train])
    predicted = model.predict(orders.features[test])
    past = orders.features[test]
    own = past[:, FEATURES.index("past_cancelled")] / np.maximum(past[:, 0], 1)
    true, who = label[test], orders.customers[test]
    low, high = intervals(true, predicted, own, who)
    return {
        "auc": _round(roc_auc_score(true, predicted)),
        "average_precision": _round(average_precision_score(true, predicted)),
        "baseline_auc": _round(roc_auc_score(true, own)),
        "baseline_average_precision": _round(average_precision_score(true, own)),
        "auc_interval": [_round(low[0]), _round(high[0])],
        "baseline_auc_interval": [_round(low[1]), _round(high[1])],
        "average_precision_interval": [_round(low[2]), _round(high[2])],
        "baseline_average_precision_interval": [_round(low[3]), _round(high[3])],
        "rate": _round(true.mean()),
        "train": int(train.sum()),
        "test": int(test.sum()),
        "seconds": round(time.perf_counter() - began, 1),
    }


def intervals(true: Ints, predicted: Floats, own: Floats, who: Ints) -> tuple[Floats, Floats]:
    """2.5 and 97.5 % of the AUC and average precision of both, over resampled customers."""
    random = np.random.default_rng(0)
    customers, place = np.unique(who, return_inverse=True)
    drawn = []
    for _ in range(500):
        times = np.bincount(
            random.integers(0, len(customers), len(customers)), minlength=len(customers)
        )
        rows = np.repeat(np.arange(len(true)), times[place])
        sample = true[rows]
        drawn.append(
            [
                roc_auc_score(sample, predicted[rows]),
                roc_auc_score(sample, own[rows]),
                average_precision_score(sample, predicted[rows]),
                average_precision_score(sample, own[rows]),
            ]
        )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return low, high


def read(path: Path) -> tuple[Lines, Lines, float]:
    """Lines of customers that were sold, those that were cancelled, and the last day."""
    table = pq.read_table(path, columns=COLUMNS)
    customers = table["CustomerID"].to_numpy()
    known = ~np.isnan(customers)
    numbers = np.array(table["InvoiceNo"].to_pylist())
    days = table["InvoiceDate"].to_numpy().astype("datetime64[m]").astype(float) / 1440
    quantities = table["Quantity"].to_numpy().astype(float)
    undone = np.char.startswith(numbers, "C")
    columns = (
        np.unique(numbers, return_inverse=True)[1],
        np.nan_to_num(customers).astype(np.int64),
        np.unique(np.array(table["StockCode"].to_pylist()), return_inverse=True)[1],
        days,
        np.abs(quantities),
        table["UnitPrice"].to_numpy(),
    )
    sold, cancelled = (
        Lines(*(column[rows] for column in columns))
        for rows in (known & ~undone & (quantities > 0), known & undone)
    )
    return sold, cancelled, float(days.max())


def _round(value: float) -> float:
    return round(float(value), 4)
