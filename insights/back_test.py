"""How good forecasts of a history would have been, from each of some past days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from insights.forecast import WEEK, Floats, forecast, seasonal_naive


@dataclass(frozen=True)
class BackTest:
    """Mean absolute error of the forecast and of seasonal naive on the same days.

    `mase` is one by the other: below 1 the forecast helps. `mase_in_sample` scales by seasonal
    naive's error before each origin instead (Hyndman & Koehler 2006). `coverage` is how often a day
    fell inside its interval, days that were certain to be shut left out.
    """

    error: float
    naive_error: float
    mase_in_sample: float
    coverage: float
    origins: int

    @property
    def mase(self) -> float:
        return self.error / self.naive_error if self.naive_error else float("inf")


def back_test(figures: Floats, first_day: date, origins: Iterable[int], ahead: int) -> BackTest:
    """Forecast `ahead` days from each origin (a day's number) with nothing after it known."""
    errors, naive, scaled, covered = [], [], [], []
    for origin in origins:
        known, true = figures[:origin], figures[origin : origin + ahead]
        found = forecast(known, first_day, horizon=ahead)
        errors.append(np.abs(true - found.expected))
        naive.append(np.abs(true - seasonal_naive(known, ahead)))
        scaled.append(errors[-1].mean() / np.abs(known[WEEK:] - known[:-WEEK]).mean())
        covered.append(((found.low <= true) & (true <= found.high))[found.expected > 0])
    return BackTest(
        float(np.mean(errors)),
        float(np.mean(naive)),
        float(np.mean(scaled)),
        float(np.concatenate(covered).mean()),
        len(errors),
    )
