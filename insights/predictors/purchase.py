"""Will the customer buy within 30 days?"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from insights.features import Floats, Table
from insights.predictors import early
from insights.predictors.base import Early, Lesson, OfBuyers
from insights.predictors.linear import Chance


class Purchase(OfBuyers, Chance):
    """Yes is at least one order in the 30 days."""

    name = "purchase_30d"
    question = _("Will this customer order within 30 days?")
    horizon_days = 30
    baseline_name = _("who ordered last comes first")

    def label(self, followed: Floats) -> Floats:
        return (followed > 0).astype(float)

    def baseline(self, table: Table) -> Floats:
        return -table.column("days_since_last")

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return early.learn(now)

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        return early.any_order(learned, table, self.horizon_days)
