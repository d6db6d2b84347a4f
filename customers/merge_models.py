"""Customers that turned out to be one person."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Merge(models.Model):
    """Two customers found to be one person: `merged` is part of `survivor` until it is undone.

    `moved` holds what higher rooms changed, so that it can be put back. The rows of this room carry
    in `merged_from` whose they were: see `customers.merging`.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    survivor = models.ForeignKey(
        "customers.Customer",
        on_delete=models.CASCADE,
        related_name="merges",
        verbose_name=_("stays"),
    )
    merged = models.ForeignKey(
        "customers.Customer",
        on_delete=models.CASCADE,
        related_name="merged_by",
        verbose_name=_("merged"),
    )
    cause = models.CharField(_("cause"), max_length=160)  # shopify:…, admin:…: only once
    how = models.CharField(_("how"), max_length=20)
    by = models.CharField(_("by"), max_length=150, blank=True)
    merged_at = models.DateTimeField(_("merged"), default=now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)
    moved = models.JSONField(_("moved"), default=dict)

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        constraints = [
            UniqueConstraint(fields=["shop", "cause"], name="merge_cause_once"),
            UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merge_open_once"
            ),
        ]
        indexes = [
            Index(fields=["survivor"], condition=Q(undone_at=None), name="merge_of_survivor")
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"
