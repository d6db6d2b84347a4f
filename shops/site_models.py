"""What is known of the script on a shop's own pages."""

from django.db import models
from django.db.models import Index, Q
from django.utils.translation import gettext_lazy as _

from shops import secrecy


class Site(models.Model):
    """The shop's own pages, whose script tells what visitors do there.

    The public key only lets events in. The secret signs who a visitor is, on the shop's server.
    """

    shop = models.OneToOneField("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    public_key = models.CharField(
        _("public key"), max_length=40, unique=True, default=secrecy.new_public_key, editable=False
    )
    previous_public_key = models.CharField(max_length=40, blank=True, editable=False)
    secret_sealed = models.TextField(default=secrecy.new_recognition_secret, editable=False)
    previous_secret_sealed = models.TextField(blank=True, editable=False)
    origins = models.TextField(
        _("allowed origins"),
        blank=True,
        help_text=_("One a line, such as https://shop.example.com. Empty: pages of any origin."),
    )
    rate_limit = models.PositiveIntegerField(
        _("calls per second"),
        default=500,
        help_text=_("More are answered with 429 and sent again by the script. 0: no limit."),
    )

    class Meta:
        verbose_name = _("shop page script")
        verbose_name_plural = _("shop page scripts")
        indexes = [
            Index(
                fields=["previous_public_key"],
                condition=~Q(previous_public_key=""),
                name="site_previous_key",
            )
        ]

    def __str__(self) -> str:
        return str(self.shop)

    @property
    def secrets(self) -> list[str]:
        """What a customer's id may be signed with: the current secret first."""
        sealed = [self.secret_sealed, self.previous_secret_sealed]
        return [secrecy.unseal(text) for text in sealed if text]
