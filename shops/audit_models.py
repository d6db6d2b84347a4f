"""Who did what, and from where: rows that are added and never changed."""

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shops import code_words
from shops.clock import now


class AuditEntry(models.Model):
    """One thing that somebody did. A trigger refuses to change or delete it.

    The entries of a shop are numbered and chained: each seal covers the one before. Without a shop
    it is the chain of the server itself: superusers who sign in, guesses at passwords.
    """

    # Without a constraint: the trail outlives its shop.
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, null=True,
                             db_index=False, verbose_name=_("shop"))  # fmt: skip
    number = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("at"), default=now)
    who = models.CharField(_("who"), max_length=160)  # "ann", "key wmk_abc…", "shop"
    action = models.CharField(_("what"), max_length=80)
    target = models.CharField(_("of what"), max_length=160, blank=True)
    changes = models.JSONField(_("before and after"), default=dict)
    ip = models.GenericIPAddressField(_("from"), null=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    seal = models.CharField(_("seal"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        constraints = [
            UniqueConstraint(fields=["shop", "number"], name="audit_number", nulls_distinct=False)
        ]
        indexes = [
            Index(fields=["shop", "who", "id"], name="audit_who"),
            Index(fields=["shop", "target", "id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {code_words.said(self.action)}"


class AuditHead(models.Model):
    """Where a chain ends: locked by whoever adds to it, and what a cut-off end is found by."""

    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, null=True,
                             db_index=False)  # fmt: skip
    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["shop"], name="audit_head_of_shop", nulls_distinct=False)
        ]
