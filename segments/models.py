"""Groups of customers: by rule, or by k-means over their RFM features (personas)."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from shops.models import Shop


class Segment(models.Model):
    """A named set of customers. Kind `rule` has a rule; kind `persona` is a k-means cluster.

    A rule that no longer compiles leaves its reason in `fault` and takes no part until mended.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, default="rule")
    description = models.TextField(_("description"), blank=True)
    rule = models.JSONField(_("rule"), null=True, blank=True)
    fault = models.TextField(_("fault"), blank=True, editable=False)
    member_count = models.IntegerField(_("members"), default=0, editable=False)
    refreshed_at = models.DateTimeField(_("refreshed"), null=True, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="segment_key")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A customer's time in a segment; `left_at` empty while it lasts."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    entered_at = models.DateTimeField(_("entered"), default=now)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            UniqueConstraint(
                fields=["segment", "customer"], condition=Q(left_at=None), name="membership_open"
            )
        ]
        indexes = [Index(fields=["customer", "segment"], name="membership_customer")]


class RfmScore(models.Model):
    """Recency, frequency and monetary quintiles (5 is best) of a customer with orders."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    recency = models.SmallIntegerField(_("recency"))
    frequency = models.SmallIntegerField(_("frequency"))
    monetary = models.SmallIntegerField(_("monetary"))
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("RFM score")
        verbose_name_plural = _("RFM scores")


class Clustering(models.Model):
    """One run of k-means over a shop's customers: what it saw, chose and found."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    computed_at = models.DateTimeField(_("computed"), default=now)
    customer_count = models.IntegerField(_("customers"))
    cluster_count = models.IntegerField(_("clusters"))
    silhouettes = models.JSONField(_("silhouette by number of clusters"), default=dict)
    features = models.JSONField(_("features"), default=list)
    centres = models.JSONField(_("centres, in the features' own units"), default=list)
    inertia = models.FloatField(_("inertia"))

    class Meta:
        verbose_name = _("clustering")
        verbose_name_plural = _("clusterings")
