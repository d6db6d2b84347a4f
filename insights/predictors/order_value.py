"""What will the customer spend in 90 or 365 days? Orders by BG/NBD times the value of one."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from scipy.special import gammaincinv

from insights import features
from insights.features import Floats, Table
from insights.predictors import gamma_gamma
from insights.predictors.base import Early
from insights.predictors.gamma_gamma import GammaGamma
from insights.predictors.order_count import COLUMNS, OrderCount
from shops.models import Shop


class OrderValue(OrderCount):
    """In units of the shop's currency; the value of an order is drawn towards everybody's."""

    name = "value_90d"
    question = _("What will this customer spend in 90 days?")
    kind = "money"
    baseline_name = _("the customer's own rate so far, times their average order")
    method_name = _("BG/NBD × gamma-gamma")
    columns = (*COLUMNS, "average_value")

    def truth(self, shop: Shop, table: Table) -> Floats:
        return features.spent_after(shop, table, self.horizon_days)

    def baseline(self, table: Table) -> Floats:
        return super().baseline(table) * table.column("average_value")

    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        value = gamma_gamma.fit(table.column("orders"), table.column("average_value"))
        spent = {"p": value.p, "q": value.q, "gamma": value.gamma}
        return {**super().fit(table, label), "value": spent}

    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        return super().predict(learned, table) * _value(learned, table)

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        """The ends of both ranges together: who orders rarely and little, often and much."""
        orders, value = super().early(learned, table), GammaGamma(**learned["value"])
        counts, means = table.column("orders"), table.column("average_value")
        shape, rate = value.q + value.p * counts, value.gamma + counts * means
        low, high = (value.p * rate / gammaincinv(shape, share) for share in (0.9, 0.1))
        said = orders.said * _value(learned, table)
        return Early(said, orders.low * low, orders.high * high)


class OrderValueYear(OrderValue):
    """The same for a year."""

    name = "value_365d"
    question = _("What will this customer spend in a year?")
    horizon_days = 365


def _value(learned: dict[str, Any], table: Table) -> Floats:
    model = GammaGamma(**learned["value"])
    return model.expected_value(table.column("orders"), table.column("average_value"))
