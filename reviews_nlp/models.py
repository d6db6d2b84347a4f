"""Reviews and what an analyser read in them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from reviews_nlp.aspects.register import label
from shops.models import Product, Shop


class Review(models.Model):
    """One customer's words about a product; `customer` is empty when the shop did not say who."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("product")
    )
    source = models.CharField(_("source"), max_length=120)
    rating = models.SmallIntegerField(_("stars"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    written_at = models.DateTimeField(_("written"), default=now)
    sentiment = models.FloatField(_("sentiment"), null=True)  # of all analysers together
    confidence = models.FloatField(_("confidence"), default=0)  # of the sign of the sentiment
    suspicion = models.CharField(_("suspicion"), max_length=12, blank=True)  # spam, …
    signature = ArrayField(models.BigIntegerField(), default=list)  # equal parts: alike texts
    waits = models.BooleanField(default=False)  # for the slow analysers

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [UniqueConstraint(fields=["shop", "source"], name="review_once")]
        indexes = [
            Index(fields=["shop", "written_at"], name="review_of_shop"),
            Index(fields=["product", "written_at"], name="review_of_product"),
            GinIndex(fields=["signature"], name="review_alike"),
            Index(fields=["id"], condition=Q(waits=True), name="review_waits"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60] or str(_("(stars only)"))


class ReviewAnalysis(models.Model):
    """What one analyser says about one review: sentiment from -1 (bad) to 1 (good)."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="analyses")
    analyser = models.CharField(_("analyser"), max_length=40)
    version = models.CharField(_("version"), max_length=20)
    sentiment = models.FloatField(_("sentiment"), null=True)
    analysed_at = models.DateTimeField(_("analysed"), default=now)

    class Meta:
        verbose_name = _("review analysis")
        verbose_name_plural = _("review analyses")
        constraints = [UniqueConstraint(fields=["review", "analyser"], name="analysis_once")]


class AspectOpinion(models.Model):
    """What a review says of one aspect of the purchase, and where in its text it says so."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="opinions")
    aspect = models.CharField(_("aspect"), max_length=40)
    sentiment = models.FloatField(_("sentiment"))
    start = models.IntegerField()  # in the review's text; below zero in its title
    end = models.IntegerField()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            UniqueConstraint(fields=["review", "aspect", "start"], name="opinion_once"),
        ]


class ShopAspect(models.Model):
    """An aspect that a shop adds to the built-in ones, or more phrases for one of those."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("name"), max_length=60)
    phrases = models.TextField(
        _("phrases"), help_text=_("One a line, in any language your customers write.")
    )

    class Meta:
        verbose_name = _("aspect")
        verbose_name_plural = _("aspects")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="aspect_once")]

    def __str__(self) -> str:
        return self.label


class OwnClassifier(models.Model):
    """What a shop's own stars taught, how good that is, and why it is on or off."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    content = models.BinaryField(default=bytes)  # arrays of reviews_nlp.linear
    live = models.BooleanField(_("on"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    review_count = models.IntegerField(_("rated reviews"), default=0)
    auc = models.FloatField(_("AUC with it"), null=True)
    general_auc = models.FloatField(_("AUC without it"), null=True)
    trained_at = models.DateTimeField(_("trained"), default=now)

    class Meta:
        verbose_name = _("classifier of a shop")
        verbose_name_plural = _("classifiers of shops")

    def __str__(self) -> str:
        return str(self.shop)


class AspectAlarm(models.Model):
    """An aspect of a product that customers began to complain about, and when it began."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    product = models.ForeignKey(Product, on_delete=models.CASCADE, verbose_name=_("product"))
    aspect = models.CharField(_("aspect"), max_length=40)
    began_at = models.DateTimeField(_("began"))
    complaints_before = models.FloatField(_("share of complaints before"))
    complaints_since = models.FloatField(_("share of complaints since"))
    reviews = ArrayField(models.BigIntegerField(), default=list)  # that complain, newest first
    raised_at = models.DateTimeField(_("raised"), default=now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("aspect alarm")
        verbose_name_plural = _("aspect alarms")
        constraints = [
            UniqueConstraint(
                fields=["product", "aspect"], condition=Q(settled_at=None), name="alarm_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}: {label(self.aspect)}"
