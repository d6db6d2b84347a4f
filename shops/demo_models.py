"""Shops that are only there to look around in: filled by one click, removed by another."""

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class DemoShop(models.Model):
    """That a shop is a demo, and how far it is filled or removed; it goes with its shop.

    Only a shop with such a row can ever be removed. The rows that wait are a queue.
    """

    shop = models.OneToOneField(
        "shops.Shop", on_delete=models.CASCADE, related_name="demo", verbose_name=_("shop")
    )
    status = models.CharField(_("status"), max_length=12, default="filling")
    progress = models.FloatField(_("progress"), default=0)
    fault = models.TextField(_("fault"), blank=True)
    asked_at = models.DateTimeField(_("asked for"), default=now)
    seen_at = models.DateTimeField(null=True)  # a sign of life of the worker that has it

    class Meta:
        verbose_name = _("demo shop")
        verbose_name_plural = _("demo shops")

    def __str__(self) -> str:
        return str(self.shop)

    @property
    def is_open(self) -> bool:
        return self.status in {"filling", "removing"}
