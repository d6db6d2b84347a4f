"""Is the customer lost: no order in the coming 90 days?"""

from django.utils.translation import gettext_lazy as _

from insights.features import Floats, Table
from insights.predictors.chance import Chance


class Churn(Chance):
    """Yes is no order in 90 days."""

    name = "churn_90d"
    question = _("Will this customer stay away for the next 90 days?")
    horizon_days = 90
    baseline_name = _("who has been away longest comes first")

    def label(self, followed: Floats) -> Floats:
        return (followed == 0).astype(float)

    def baseline(self, table: Table) -> Floats:
        return table.column("days_since_last")
