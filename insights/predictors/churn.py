"""Is the customer lost: no order in the coming 90 days?"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from insights.features import Floats, Table
from insights.predictors import early
from insights.predictors.base import Early, Lesson, OfBuyers
from insights.predictors.linear import Chance


class Churn(OfBuyers, Chance):
    """Yes is no order in 90 days."""

    name = "churn_90d"
    question = _("Will this customer stay away for the next 90 days?")
    horizon_days = 90
    baseline_name = _("who has been away longest comes first")

    def label(self, followed: Floats) -> Floats:
        return (followed == 0).astype(float)

    def baseline(self, table: Table) -> Floats:
        return table.column("days_since_last")

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return early.learn(now)

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        comes = early.any_order(learned, table, self.horizon_days)
        return Early(1 - comes.said, 1 - comes.high, 1 - comes.low)
