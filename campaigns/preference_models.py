"""What customers wish of a shop's messages."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """Something a shop writes about; customers may refuse it and go on getting the rest."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    key = models.SlugField(_("key"), max_length=40)
    name = models.CharField(_("name"), max_length=80, help_text=_("As customers read it."))
    description = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="topic_key")]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """What one customer asked for on the preference page; the gate obeys it."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.OneToOneField(
        "customers.Customer", on_delete=models.CASCADE, verbose_name=_("customer")
    )
    refused_topics = models.JSONField(_("refused topics"), default=list)  # their keys
    most_per_week = models.PositiveSmallIntegerField(_("messages a week"), null=True, blank=True)
    is_measured = models.BooleanField(_("opens and clicks are counted"), default=True)
    updated_at = models.DateTimeField(_("updated"), default=now)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_per_week=None) | Q(most_per_week__gte=1, most_per_week__lte=50),
                name="preference_per_week",
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)
