"""Replays that were asked for, and what they showed."""

from django.db import models
from django.db.models import Index, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops.models import Shop


class Replay(models.Model):
    """A run over stored history: waiting → running → done, cancelled or failed.

    Of a campaign, or of a draft that is only a text yet, as campaigns are exported.

    `progress` goes from 0 to 1; `seen_at` is when the run last gave a sign of life.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        on_delete=models.CASCADE,
        null=True,
        related_name="replays",
        verbose_name=_("campaign"),
    )
    text = models.JSONField(null=True)
    days = models.PositiveSmallIntegerField(_("days"), default=30)
    status = models.CharField(_("status"), max_length=12, default="waiting")
    progress = models.FloatField(_("progress"), default=0)
    attempts = models.SmallIntegerField(default=0)
    plan = models.JSONField(default=dict)  # as it was when the run began
    result = models.JSONField(_("result"), default=dict)
    fault = models.TextField(_("fault"), blank=True)
    asked_at = models.DateTimeField(_("asked for"), default=now)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")
        indexes = [
            Index(
                fields=["asked_at"],
                condition=Q(status__in=["waiting", "running"]),
                name="replay_waiting",
            ),
            Index(fields=["campaign", "-id"], name="replay_of_campaign"),
        ]

    def __str__(self) -> str:
        name = self.campaign or (self.text or {}).get("name")
        return f"{name} {self.days}"

    @property
    def is_open(self) -> bool:
        return self.status in {"waiting", "running"}
