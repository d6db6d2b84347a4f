"""Estimates from the first order on: BG/NBD drawn towards the usual, with honest ranges.

A customer's rate of buying is gamma; having seen `x` repeats in `T` weeks it is gamma again with
shape r + x and rate alpha + T. A range holds the middle eight tenths of it, and zero where the
customer may well have left for good.
"""

from typing import Any

import numpy as np
from scipy.special import gammaincinv

from insights.features import Floats, Table
from insights.predictors import bg_nbd
from insights.predictors.base import Early
from insights.predictors.bg_nbd import BgNbd

LOW, HIGH = 0.1, 0.9


def learn(table: Table) -> dict[str, Any]:
    """BG/NBD of these buyers; of none at all, the usual one."""
    if len(table.customers):
        model = bg_nbd.fit(*standing(table))
    else:
        r, alpha, a, b = np.exp(bg_nbd.USUAL).tolist()
        model = BgNbd(r, alpha, a, b, 0.0)
    return {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}


def model_of(learned: dict[str, Any]) -> BgNbd:
    """The model that `learn` found."""
    return BgNbd(learned["r"], learned["alpha"], learned["a"], learned["b"], 0.0)


def standing(table: Table) -> tuple[Floats, Floats, Floats]:
    """Repeats, recency and age in weeks."""
    age = table.column("days_as_customer") / 7
    recency = np.clip(age - table.column("days_since_last") / 7, 0, None)
    return table.column("orders") - 1, np.minimum(recency, age), age


def orders(learned: dict[str, Any], table: Table, days: float) -> Early:
    """Orders in the days to come."""
    model, where, weeks = model_of(learned), standing(table), days / 7
    said = model.expected(*where, weeks)
    low, high = (_rate(model, where, share) * weeks for share in (LOW, HIGH))
    return Early(said, np.minimum(low, said), np.maximum(high, said))


def any_order(learned: dict[str, Any], table: Table, days: float) -> Early:
    """The chance of at least one order in the days to come."""
    model, where, weeks = model_of(learned), standing(table), days / 7
    repeats, _recency, age = where
    none = ((model.alpha + age) / (model.alpha + age + weeks)) ** (model.r + repeats)
    said = model.alive(*where) * (1 - none)
    low, high = (1 - np.exp(-_rate(model, where, share) * weeks) for share in (LOW, HIGH))
    return Early(said, np.minimum(low, said), np.maximum(high, said))


def wait(learned: dict[str, Any], table: Table, days: float) -> Early:
    """Days to the next order of those who place one in that time."""
    model, (repeats, _recency, age) = model_of(learned), standing(table)
    shape, rate = model.r + repeats, (model.alpha + age) * 7
    slow, fast = (gammaincinv(shape, share) / rate for share in (LOW, HIGH))
    return Early(*(_mean_wait(each, days) for each in (shape / rate, fast, slow)))


def _mean_wait(rate: Floats, days: float) -> Floats:
    """The mean of an exponential wait that is over within the days."""
    steps = np.maximum(rate * days, 1e-6)
    return days * (1 / steps - 1 / np.expm1(np.minimum(steps, 500)))


def _rate(model: BgNbd, where: tuple[Floats, Floats, Floats], share: float) -> Floats:
    """The rate that so large a share stays below: zero for those who left, else gamma."""
    repeats, _recency, age = where
    alive = model.alive(*where)
    within = np.clip((share - (1 - alive)) / np.maximum(alive, 1e-9), 0, 1 - 1e-9)
    return gammaincinv(model.r + repeats, within) / (model.alpha + age)
