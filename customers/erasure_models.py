"""The proof that somebody was erased."""

from django.db import models
from django.db.models import Index, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """What is still looked for after an erasure, and in the end the receipt.

    `sealed` holds what named the person, encrypted, until the last place was searched; then it is
    emptied, and nothing here says who it was.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    request = models.ForeignKey(
        "customers.PrivacyRequest", on_delete=models.CASCADE, related_name="erasures"
    )
    sealed = models.TextField(editable=False)
    created_at = models.DateTimeField(_("begun"), default=now)
    due_at = models.DateTimeField(_("next search"), default=now)
    busy_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("proved"), null=True)
    receipt = models.JSONField(_("receipt"), null=True)
    signature = models.CharField(_("signature"), max_length=128, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [Index(fields=["due_at"], condition=Q(done_at=None), name="erasure_waits")]
