"""Will the customer buy within 30 days?"""

from django.utils.translation import gettext_lazy as _

from insights.features import Floats, Table
from insights.predictors.chance import Chance


class Purchase(Chance):
    """Yes is at least one order in the 30 days."""

    name = "purchase_30d"
    question = _("Will this customer order within 30 days?")
    horizon_days = 30
    baseline_name = _("who ordered last comes first")

    def label(self, followed: Floats) -> Floats:
        return (followed > 0).astype(float)

    def baseline(self, table: Table) -> Floats:
        return -table.column("days_since_last")
