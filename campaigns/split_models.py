"""What splits that learn have learned."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops.models import Shop


class SplitWeight(models.Model):
    """The share of the people that goes one way of a learning split, and what it was made from."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, verbose_name=_("campaign")
    )
    step = models.CharField(_("step"), max_length=60)
    name = models.CharField(_("way"), max_length=40)
    weight = models.FloatField(_("share"))
    customer_count = models.IntegerField(_("customers whose time is over"), default=0)
    buyer_count = models.IntegerField(_("buyers among them"), default=0)
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("share of a split")
        verbose_name_plural = _("shares of splits")
        constraints = [
            UniqueConstraint(fields=["campaign", "step", "name"], name="split_weight_once")
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.name}"
