"""What customers allow, and everything that was said about it."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Consent(models.Model):
    """A customer's permission for one channel and purpose; at most one is open at a time."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="consents"
    )
    channel = models.CharField(_("channel"), max_length=20)
    purpose = models.CharField(_("purpose"), max_length=20, default="marketing")
    given_at = models.DateTimeField(_("given"), default=now)
    given_how = models.CharField(_("how given"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    ended_how = models.CharField(_("how withdrawn"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            UniqueConstraint(
                fields=["customer", "channel", "purpose"],
                condition=Q(ended_at=None),
                name="consent_open_once",
            )
        ]


class ConsentStatement(models.Model):
    """One thing a customer or shop said about a permission; the consents follow from all of them.

    Kept whole, because a withdrawal may arrive before the permission that it ends.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE)
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20, default="marketing")
    occurred_at = models.DateTimeField(default=now)
    given = models.BooleanField()
    explicit = models.BooleanField(default=True)
    how = models.CharField(max_length=60, blank=True)
    proof = models.JSONField(default=dict)  # the words agreed to, where, from which address
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=[
                    "customer",
                    "channel",
                    "purpose",
                    "occurred_at",
                    "given",
                    "explicit",
                    "merged_from",
                ],
                name="consent_said_once",
                nulls_distinct=False,
            )
        ]
