"""Mails that a customer asked for: they belong to no campaign and need no consent."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops import code_words


class Notice(models.Model):
    """One mail with one link: to confirm a subscription, to get one's data, or to erase it.

    planned → sending → sent, failed, or uncertain, as in the ledger. `cause` is asked once. What
    the link is for is done once, at `done_at`.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=12)  # confirm, export, erase
    cause = models.CharField(_("cause"), max_length=120)
    address = models.CharField(_("address"), max_length=254)
    data = models.JSONField(_("data"), default=dict)
    status = models.CharField(_("status"), max_length=12, default="planned")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    created_at = models.DateTimeField(_("created"), default=now)

    class Meta:
        verbose_name = _("requested mail")
        verbose_name_plural = _("requested mails")
        constraints = [UniqueConstraint(fields=["shop", "cause"], name="notice_once")]
        indexes = [
            Index(fields=["due_at"], condition=Q(status="planned"), name="notice_due"),
            Index(fields=["claimed_at"], condition=Q(status="sending"), name="notice_in_flight"),
        ]

    def __str__(self) -> str:
        return f"{code_words.said(self.kind)} {self.pk}"
