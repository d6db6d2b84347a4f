"""When will the customer order next?"""

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights import features
from insights.features import Floats, Table
from insights.predictors import early
from insights.predictors.base import Early, Lesson, OfBuyers
from insights.predictors.linear import Days
from shops.models import Shop


class NextOrder(OfBuyers, Days):
    """Days from today. Learned from those who came back: whether they do is another question."""

    name = "next_order_days"
    question = _("In how many days will this customer order next, if they do within 90?")
    horizon_days = 90
    baseline_name = _("the customer's own mean gap after the last order")
    too_few = _("%(have)d of %(need)d customers who came back so far")

    def truth(self, shop: Shop, table: Table) -> Floats:
        return features.days_to_next_order(shop, table, self.horizon_days)

    def baseline(self, table: Table) -> Floats:
        left = table.column("mean_gap_days") - table.column("days_since_last")
        return np.clip(left, 0, self.horizon_days)

    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        return early.learn(now)

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        return early.wait(learned, table, self.horizon_days)
