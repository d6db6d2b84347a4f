"""Daily orders and revenue of the retail file, forecast from every past Monday.

Method: rolling origin every 7 days from day 98 to 14 days before the end, 14 days ahead, nothing
after the origin known. `mase` is the forecast's mean absolute error over that of seasonal naive
(the same weekday of the last known week) on the same days; `mase_in_sample` scales by seasonal
naive's error before the origin instead. Coverage counts only days that were not certain to be shut.
"""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from insights.back_test import back_test
from insights.forecast import Floats

FIRST_ORIGIN, STEP, AHEAD = 98, 7, 14


def run(data: Path) -> dict[str, Any]:
    """The figures for orders, and the same for revenue."""
    began = time.perf_counter()
    first, orders, revenue = read(data / "online_retail.parquet")
    figures = judge(orders, first)
    of_revenue = judge(revenue, first)
    return {
        **figures,
        "revenue_mase": of_revenue["mase"],
        "revenue_coverage_80": of_revenue["coverage_80"],
        "seconds": round(time.perf_counter() - began, 1),
    }


def judge(figures: Floats, first: date) -> dict[str, float]:
    """Errors and coverage over all origins."""
    found = back_test(figures, first, range(FIRST_ORIGIN, len(figures) - AHEAD + 1, STEP), AHEAD)
    return {
        "mase": round(found.mase, 4),
        "mase_in_sample": round(found.mase_in_sample, 4),
        "coverage_80": round(found.coverage, 4),
        "origins": found.origins,
    }


def read(path: Path) -> tuple[date, Floats, Floats]:
    """Orders and revenue per day, cancellations left out, days without sales as zero."""
    table = pq.read_table(path, columns=["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice"])
    numbers = np.array(table["InvoiceNo"].to_pylist())
    quantity, price = table["Quantity"].to_numpy(), table["UnitPrice"].to_numpy()
    sale = ~np.char.startswith(numbers, "C") & (quantity > 0) & (price > 0)
    days = table["InvoiceDate"].to_numpy().astype("datetime64[D]").astype(int)
    first = int(days.min())
    _unique, line = np.unique(numbers[sale], return_index=True)
    orders = np.bincount(days[sale][line] - first).astype(float)
    revenue = np.bincount(days[sale] - first, (quantity * price)[sale]).astype(float)
    return date(1970, 1, 1) + timedelta(first), orders, revenue
