"""How many orders will the customer place in 90 or 365 days, by BG/NBD?"""

from typing import Any

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from insights.features import Floats, Table
from insights.predictors import early
from insights.predictors.base import Early, Lesson, OfBuyers, against_usual

COLUMNS = ("orders", "days_since_last", "days_as_customer")


class OrderCount(OfBuyers):
    """A shop of ten buyers has an answer too: its parameters are drawn towards the usual."""

    name = "orders_90d"
    question = _("How many orders will this customer place in 90 days?")
    horizon_days = 90
    kind = "amount"
    baseline_name = _("the customer's own rate so far")
    method = "bg_nbd"
    method_name: Promise | str = _("BG/NBD")
    columns: tuple[str, ...] = COLUMNS

    def baseline(self, table: Table) -> Floats:
        age = np.maximum(table.column("days_as_customer"), 1)
        return (table.column("orders") - 1) / age * self.horizon_days

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        middle = {name: float(np.median(table.column(name))) for name in self.columns}
        return {**early.learn(table), "middle": middle}

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        expected = early.model_of(learned).expected
        return expected(*early.standing(table), self.horizon_days / 7)

    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """What each of its features changes against the shop's median customer."""
        return against_usual(lambda of: self.predict(learned, of), table, learned["middle"])

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return self.fit(now, np.zeros(0))

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        return early.orders(learned, table, self.horizon_days)


class OrderCountYear(OrderCount):
    """The same for a year."""

    name = "orders_365d"
    question = _("How many orders will this customer place in a year?")
    horizon_days = 365
