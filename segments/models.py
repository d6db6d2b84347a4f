"""Groups of customers: by rule, or by k-means over their RFM features (personas)."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from segments.edit_models import SegmentEdit as SegmentEdit  # Django looks for models here
from segments.export_models import SegmentExport as SegmentExport
from shops.models import Shop, User


class InUse(models.Manager["Segment"]):
    """Those that are not archived: what is filled, and what may be picked."""

    def get_queryset(self) -> models.QuerySet["Segment"]:
        return super().get_queryset().filter(archived_at=None)


class Segment(models.Model):
    """A named set of customers: by `rule`, `static` from a file, or a `persona` of k-means.

    A rule that no longer compiles leaves its reason in `fault` and takes no part until mended. One
    that is `heavy` is filled by the daily refresh only. `version` counts the rules it has had. An
    archived one keeps its members as they were that day, and nobody can pick it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, default="rule")
    description = models.TextField(_("description"), blank=True)
    rule = models.JSONField(_("rule"), null=True, blank=True)
    version = models.IntegerField(_("version"), default=0, editable=False)
    heavy = models.BooleanField(_("daily only"), default=False, editable=False)
    fault = models.TextField(_("fault"), blank=True, editable=False)
    member_count = models.IntegerField(_("members"), default=0, editable=False)
    refreshed_at = models.DateTimeField(_("refreshed"), null=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = models.Manager()
    in_use = InUse()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="segment_key")]

    def __str__(self) -> str:
        return self.name


class SegmentRule(models.Model):
    """A rule that a segment had, so that an old membership can still be explained."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="rules")
    version = models.IntegerField(_("version"))
    rule = models.JSONField(_("rule"))
    since = models.DateTimeField(_("since"), default=now)

    class Meta:
        verbose_name = _("rule of a segment")
        verbose_name_plural = _("rules of segments")
        constraints = [UniqueConstraint(fields=["segment", "version"], name="segment_rule_once")]


class Membership(models.Model):
    """A customer's time in a segment; `left_at` empty while it lasts.

    `why` and `left_why` hold the values that decided, frozen, under the rule's `version`.
    """

    # Whoever writes here holds the segment, which stands for its shop, and has just read the
    # customers, who are never deleted (erasure blanks them): checking the keys again for every row
    # is half of the work of filling a segment. The indexes below serve them all.
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    segment = models.ForeignKey(
        Segment,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_constraint=False,
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_constraint=False,
        db_index=False,
    )
    entered_at = models.DateTimeField(_("entered"), default=now)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    version = models.IntegerField(_("version of the rule"), db_default=0)
    why = models.JSONField(_("why in"), null=True, blank=True)
    left_why = models.JSONField(_("why left"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            UniqueConstraint(
                fields=["segment", "customer"], condition=Q(left_at=None), name="membership_open"
            )
        ]
        indexes = [Index(fields=["customer", "segment"], name="membership_customer")]


class Recheck(models.Model):
    """When the clock alone may move a customer into or out of a segment: the due index.

    Only what is due before the next full refresh is kept here.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, db_constraint=False)
    due_at = models.DateTimeField(_("due"))

    class Meta:
        verbose_name = _("recheck")
        verbose_name_plural = _("rechecks")
        constraints = [UniqueConstraint(fields=["segment", "customer"], name="recheck_once")]
        indexes = [Index(fields=["due_at"], name="recheck_due")]


class CutPoints(models.Model):
    """The thousandths of a field over a shop's customers, for ranks such as "the top 10 %"."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    field = models.CharField(_("field"), max_length=300)
    cuts = models.JSONField(_("cut points"), default=list)
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("cut points")
        verbose_name_plural = _("cut points")
        constraints = [UniqueConstraint(fields=["shop", "field"], name="cut_points_once")]


class Count(models.Model):
    """A rule counted over all of a shop's customers in the background, and how far that is."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    rule = models.JSONField(_("rule"))
    digest = models.CharField(max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    asked_at = models.DateTimeField(_("asked"), default=now)
    whole = models.IntegerField(_("customers"), default=0)
    looked_at = models.IntegerField(_("looked at"), default=0)
    last_id = models.BigIntegerField(default=0)  # customers up to here were looked at
    found = models.IntegerField(_("found"), default=0)
    reached = models.JSONField(_("reached"), default=dict)  # by channel
    finished_at = models.DateTimeField(_("finished"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    fault = models.TextField(_("fault"), blank=True)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            UniqueConstraint(
                fields=["shop", "digest"], condition=Q(finished_at=None), name="count_once"
            )
        ]
        indexes = [
            Index(fields=["asked_at"], condition=Q(finished_at=None), name="count_waiting"),
        ]

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.looked_at / self.whole) if self.whole else 0.0


class RfmScore(models.Model):
    """Recency, frequency and monetary quintiles (5 is best) of a customer with orders."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True)
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, verbose_name=_("shop"), db_constraint=False, db_index=False
    )
    recency = models.SmallIntegerField(_("recency"))
    frequency = models.SmallIntegerField(_("frequency"))
    monetary = models.SmallIntegerField(_("monetary"))
    group = models.CharField(_("group"), max_length=20, default="")
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("RFM score")
        verbose_name_plural = _("RFM scores")
        indexes = [Index(fields=["shop", "group", "recency"], name="rfm_group")]

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"


class RfmStay(models.Model):
    """A customer's time in an RFM group; `left_at` empty while it lasts."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    group = models.CharField(_("group"), max_length=20)
    entered_at = models.DateTimeField(_("entered"), default=now)
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("time in an RFM group")
        verbose_name_plural = _("times in RFM groups")
        constraints = [
            UniqueConstraint(fields=["customer"], condition=Q(left_at=None), name="rfm_stay_open")
        ]


class RfmRun(models.Model):
    """The RFM grid of a shop as it was at one time, and who moved between groups in 30 days."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    computed_at = models.DateTimeField(_("computed"), default=now)
    customer_count = models.IntegerField(_("customers"))
    cells = models.JSONField(_("cells"), default=list)
    moves = models.JSONField(_("moves"), default=list)

    class Meta:
        verbose_name = _("RFM run")
        verbose_name_plural = _("RFM runs")


class Clustering(models.Model):
    """One run of k-means over a shop's customers: what it saw, chose and found."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    computed_at = models.DateTimeField(_("computed"), default=now)
    customer_count = models.IntegerField(_("customers"))
    cluster_count = models.IntegerField(_("clusters"))
    silhouettes = models.JSONField(_("silhouette by number of clusters"), default=dict)
    stabilities = models.JSONField(_("stability by number of clusters"), default=dict)
    middle = models.JSONField(_("average of all customers"), default=dict)
    drift = models.FloatField(_("share that moved to another persona"), null=True)
    features = models.JSONField(_("features"), default=list)
    centres = models.JSONField(_("centres, in the features' own units"), default=list)
    inertia = models.FloatField(_("inertia"))

    class Meta:
        verbose_name = _("search for personas")
        verbose_name_plural = _("personas")

    def __str__(self) -> str:
        return date_format(localtime(self.computed_at), "SHORT_DATETIME_FORMAT")


class PersonaFit(models.Model):
    """How near a customer is to their persona, and which one would be the second best."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+")
    distance = models.FloatField(_("distance"))
    second = models.ForeignKey(Segment, on_delete=models.SET_NULL, null=True, related_name="+")
    second_distance = models.FloatField(_("distance to the second best"))
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("persona of a customer")
        verbose_name_plural = _("personas of customers")
