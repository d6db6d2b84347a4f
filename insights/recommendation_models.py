"""What is recommended to whom, the marketer's rules about it, and what was learned."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from insights.assortment import KINDS as KINDS_OF_ASSORTMENT
from insights.explained import Explained
from insights.recommenders.knowledge import KINDS
from shops.models import Product, Shop


class ProductRule(models.Model):
    """A marketer's knowledge about products; it stands above what was learned."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("rule"), max_length=12)  # one of recommenders.knowledge.KINDS
    first = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first product"),
        help_text=_("What the customer has; empty for “prefer” and “hold back”."),
    )
    first_category = models.CharField(
        _("or a category of first products"), max_length=100, blank=True
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("product"),
        help_text=_("What is recommended, or not."),
    )
    active = models.BooleanField(_("active"), default=True)
    note = models.CharField(_("why"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    class Meta:
        verbose_name = _("product rule")
        verbose_name_plural = _("product rules")
        constraints = [
            UniqueConstraint(
                fields=["shop", "kind", "first", "first_category", "product"],
                name="product_rule_once",
                nulls_distinct=False,
                violation_error_message=_("There is such a rule already."),
            ),
            CheckConstraint(
                condition=Q(kind__in=["prefer", "hold_back"], first=None, first_category="")
                | (~Q(kind__in=["prefer", "hold_back"]) & (Q(first=None) ^ Q(first_category=""))),
                name="product_rule_first",
                violation_error_message=_(
                    "Name what the customer has: a first product or a category, not both. "
                    "“Prefer” and “hold back” need neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        first = self.first or self.first_category
        kind = str(KINDS[self.kind]).partition(":")[0]
        return " ".join(str(part) for part in (first, kind, self.product) if part)


class AssortmentRule(models.Model):
    """A marketer's rule about stock or margin: it holds for whichever products it fits today."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("rule"), max_length=12)  # one of assortment.KINDS
    bound = models.PositiveIntegerField(_("number"))
    category = models.CharField(
        _("only in category"), max_length=100, blank=True, help_text=_("Empty: all products.")
    )
    active = models.BooleanField(_("active"), default=True)
    note = models.CharField(_("why"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    class Meta:
        verbose_name = _("stock or margin rule")
        verbose_name_plural = _("stock and margin rules")
        constraints = [
            UniqueConstraint(
                fields=["shop", "kind", "category"],
                name="assortment_rule_once",
                violation_error_message=_("There is such a rule already."),
            )
        ]

    def __str__(self) -> str:
        said = f"{KINDS_OF_ASSORTMENT[self.kind]} {self.bound}"
        return f"{said} ({self.category})" if self.category else said


class ProductVector(models.Model):
    """What a product's text is about, as the encoder read it; one, of the latest version."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, related_name="+", verbose_name=_("product")
    )
    version = models.CharField(max_length=32)  # of the text: its digest
    vector = ArrayField(models.FloatField())  # double precision[], cast for pgvector
    added_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("product vector")
        verbose_name_plural = _("product vectors")
        indexes = [Index(fields=["shop", "-added_at"], name="product_vector_newest")]

    def __str__(self) -> str:
        return str(self.product)


class RecommendationList(models.Model):
    """The products for one customer, best first; without a customer, those for strangers.

    `items` holds {"product", "score", "why", …}; longer than what is asked for, because products
    that were sold out or bought meanwhile are left out when it is read.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="recommendation_lists",
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("kind"), max_length=12)  # new, again, all
    items = models.JSONField(_("products"), default=list)
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        verbose_name = _("recommendation list")
        verbose_name_plural = _("recommendation lists")
        constraints = [
            UniqueConstraint(
                fields=["shop", "customer", "kind"],
                name="recommendation_list_once",
                nulls_distinct=False,
            )
        ]


class RecommendationRun(Explained):
    """One time that the recommenders of a shop learned, how good they were, and what they know."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    at = models.DateTimeField(_("at"), default=now)
    customer_count = models.IntegerField(_("customers"), default=0)
    product_count = models.IntegerField(_("products"), default=0)
    metrics = models.JSONField(_("quality"), default=dict)
    live = models.CharField(_("in use"), max_length=40, default="blend")
    reason = models.CharField(_("why"), max_length=200, blank=True)
    learned = models.BinaryField(default=b"")  # NumPy arrays, loaded without running anything
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("recommendation run")
        verbose_name_plural = _("recommendation runs")
        indexes = [Index(fields=["shop", "-id"], name="recommendation_run_last")]

    def __str__(self) -> str:
        return date_format(localtime(self.at), "SHORT_DATETIME_FORMAT")
