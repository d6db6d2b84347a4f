"""What a night's forecast said of the shop's coming days, and how good such forecasts were."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from insights.explained import Explained
from shops.models import Shop

MEASURES = {"orders": _("Orders a day"), "revenue": _("Revenue a day")}


class ShopForecast(Explained):
    """A figure of the coming four weeks, live or off with the `reason`.

    `days` holds day, expected, low and high (80 %); revenue is in minor units of the shop's
    currency, sales alone. `metrics` is what `insights.forecasting` found on past weeks.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    measure = models.CharField(_("figure"), max_length=8)
    made_on = models.DateField(_("made on"))
    made_at = models.DateTimeField(_("made at"), default=now)
    status = models.CharField(_("status"), max_length=8, default="off")
    days = models.JSONField(_("days"), default=list)
    metrics = models.JSONField(_("metrics"), default=dict)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        constraints = [
            UniqueConstraint(fields=["shop", "measure", "made_on"], name="forecast_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{MEASURES.get(self.measure, self.measure)} {self.made_on}"
