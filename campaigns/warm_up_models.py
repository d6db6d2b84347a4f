"""A sending domain that receivers do not know yet is brought up slowly."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class WarmUp(models.Model):
    """How many mails a day leave a shop's domain, a little more each day that went well.

    `per_day` is today's limit; a `DomainLimit` for all domains keeps it. Status is running, paused
    or done. `days` holds what became of each day that is over.
    """

    shop = models.OneToOneField("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    domain = models.CharField(_("sending domain"), max_length=253, editable=False)
    first_per_day = models.PositiveIntegerField(
        _("mails on the first day"),
        default=100,
        validators=[MinValueValidator(10), MaxValueValidator(100_000)],
    )
    growth_percent = models.PositiveSmallIntegerField(
        _("more each day, in percent"),
        default=40,
        validators=[MinValueValidator(5), MaxValueValidator(100)],
    )
    most_per_day = models.PositiveIntegerField(
        _("warm at so many a day"),
        default=20_000,
        validators=[MinValueValidator(10), MaxValueValidator(10_000_000)],
        help_text=_("From there on nothing is limited any more."),
    )
    per_day = models.PositiveIntegerField(_("mails today"), editable=False)
    status = models.CharField(_("status"), max_length=10, default="running", editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    days = models.JSONField(_("days so far"), default=list, editable=False)
    stepped_at = models.DateTimeField(_("since"), default=now, editable=False)
    began_at = models.DateTimeField(_("began"), default=now, editable=False)

    class Meta:
        verbose_name = _("warm-up")
        verbose_name_plural = _("warm-ups")

    def __str__(self) -> str:
        return self.domain
