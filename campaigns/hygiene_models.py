"""How sound a shop's list of addresses is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ListHygiene(models.Model):
    """What was found in a shop's addresses when they were last counted, by kind."""

    shop = models.OneToOneField("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    counts = models.JSONField(_("counts"), default=dict)
    counted_at = models.DateTimeField(_("counted"), null=True)

    class Meta:
        verbose_name = _("list hygiene")
        verbose_name_plural = _("list hygiene")

    def __str__(self) -> str:
        return str(self.shop)
