"""How quickly mails may go to one receiver."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

EVERY_DOMAIN = "*"  # the line of all mails of a shop


class DomainLimit(models.Model):
    """At most so many mails a second to the addresses of one domain, by all workers together.

    `next_at` is when the next mail may leave; slots before it are given away, so many
    seconds ahead.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    domain = models.CharField(_("domain"), max_length=253, help_text=_("Such as gmail.com."))
    per_second = models.FloatField(_("mails a second"))
    ahead_seconds = models.PositiveIntegerField(default=300, db_default=300, editable=False)
    next_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("limit of a domain")
        verbose_name_plural = _("limits of domains")
        constraints = [
            UniqueConstraint("shop", Lower("domain"), name="domain_limit_once"),
            models.CheckConstraint(
                condition=Q(per_second__gt=0, per_second__lte=10_000), name="domain_limit_rate"
            ),
        ]

    def __str__(self) -> str:
        return str(_("all mails (warm-up)")) if self.domain == EVERY_DOMAIN else self.domain
