"""How long shops keep what they need not keep for ever."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Keep(models.Model):
    """A shop's own term for one kind of data; without a row, what `settings.RETENTION` says."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=20)
    days = models.PositiveIntegerField(_("days"))

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            UniqueConstraint(fields=["shop", "kind"], name="keep_of_shop"),
            CheckConstraint(condition=Q(days__gt=0), name="keep_some_days"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
