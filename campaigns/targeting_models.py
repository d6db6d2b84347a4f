"""What a campaign's messages cost and its orders leave: whom it is worth writing to."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from shops.models import Shop


class Targeting(models.Model):
    """A campaign whose effect on each customer is learned from its holdout."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    campaign = models.OneToOneField(
        "campaigns.Campaign", on_delete=models.CASCADE, verbose_name=_("campaign")
    )
    thousand_messages_cents = models.PositiveIntegerField(
        _("cost of a thousand messages in cents"), default=100
    )
    discount_cents = models.PositiveIntegerField(
        _("discount in cents"), default=0, help_text=_("What the campaign gives to each buyer.")
    )
    margin_percent = models.PositiveSmallIntegerField(
        _("margin in percent"),
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("What an order leaves when its goods are paid."),
    )
    explore_percent = models.PositiveSmallIntegerField(
        _("exploring in percent"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("So many of the others are written to all the same, so that learning goes on."),
    )

    class Meta:
        verbose_name = _("persuadable customers")
        verbose_name_plural = _("persuadable customers")

    def __str__(self) -> str:
        return str(self.campaign)

    @property
    def score(self) -> str:
        """The rule field that tells whom it is worth writing to."""
        return f"scores.write_{self.campaign_id}"
