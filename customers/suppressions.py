"""Addresses that nobody may write to."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops.models import Shop


class Suppression(models.Model):
    """An address that must not be written to, whoever it belongs to, and why."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    channel = models.CharField(_("channel"), max_length=20, default="email")
    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            UniqueConstraint(fields=["shop", "channel", "address"], name="suppression_once")
        ]

    def __str__(self) -> str:
        return self.address
