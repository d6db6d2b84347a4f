"""Reviews and what an analyser read in them."""

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
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

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [UniqueConstraint(fields=["shop", "source"], name="review_once")]
        indexes = [
            Index(fields=["shop", "written_at"], name="review_of_shop"),
            Index(fields=["product", "written_at"], name="review_of_product"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60]


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
