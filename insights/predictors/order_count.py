"""How many orders will the customer place in 90 or 365 days, by BG/NBD?"""

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights.features import FEATURES, Floats, Table
from insights.predictors import bg_nbd
from insights.predictors.base import Predictor
from insights.predictors.bg_nbd import BgNbd

COLUMNS = ("orders", "days_since_last", "days_as_customer")


class OrderCount(Predictor):
    """A shop of ten buyers has an answer too: its parameters are drawn towards the usual."""

    name = "orders_90d"
    question = _("How many orders will this customer place in 90 days?")
    horizon_days = 90
    kind = "amount"
    baseline_name = _("the customer's own rate so far")

    def label(self, followed: Floats) -> Floats:
        return followed

    def baseline(self, table: Table) -> Floats:
        age = np.maximum(table.column("days_as_customer"), 1)
        return (table.column("orders") - 1) / age * self.horizon_days

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        model = bg_nbd.fit(*_standing(table))
        middle = {name: float(np.median(table.column(name))) for name in COLUMNS}
        return {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "middle": middle}

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        model = BgNbd(learned["r"], learned["alpha"], learned["a"], learned["b"], 0.0)
        return model.expected(*_standing(table), self.horizon_days / 7)

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """What each of its three features changes against the shop's median customer."""
        said = self.predict(learned, table)
        found = np.zeros_like(table.matrix)
        for name in COLUMNS:
            place = list(FEATURES).index(name)
            usual = table.matrix.copy()
            usual[:, place] = learned["middle"][name]
            found[:, place] = said - self.predict(learned, Table(table.at, table.customers, usual))
        return found


class OrderCountYear(OrderCount):
    """The same for a year."""

    name = "orders_365d"
    question = _("How many orders will this customer place in a year?")
    horizon_days = 365


def _standing(table: Table) -> tuple[Floats, Floats, Floats]:
    """Repeats, recency and age in weeks."""
    age = table.column("days_as_customer") / 7
    recency = np.clip(age - table.column("days_since_last") / 7, 0, None)
    return table.column("orders") - 1, np.minimum(recency, age), age
