"""Plans that were proposed, what people decided about each part, and how the forecast did."""

from django.conf import settings
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from journeys.models import Journey
from shops.models import Shop


class Plan(models.Model):
    """A proposal for a goal, checked against the measured journey; nothing of it is live.

    `author` is rules or the model's name; `refused` says what of a model's answer was thrown away.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, verbose_name=_("journey"))
    goal = models.CharField(_("goal"), max_length=300)
    limits = models.JSONField(_("limits"), default=dict)
    author = models.CharField(_("author"), max_length=80)
    start = models.DateField(_("measured from"))
    end = models.DateField(_("measured up to"))
    proposal = models.JSONField(_("proposal"))
    refused = models.JSONField(_("refused"), default=list)
    created_at = models.DateTimeField(_("proposed"), default=now)
    scored_at = models.DateTimeField(_("scored"), null=True)
    score = models.JSONField(_("score"), null=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        indexes = [Index(fields=["shop", "-created_at"], name="plan_of_shop")]

    def __str__(self) -> str:
        return self.goal


class Decision(models.Model):
    """What somebody decided about one part of a plan; an approved campaign is a draft."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="decisions")
    part = models.CharField(_("part"), max_length=60)  # "campaign:second-order"
    verdict = models.CharField(_("verdict"), max_length=10)  # approved, rejected
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    decided_at = models.DateTimeField(_("decided"), default=now)
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [UniqueConstraint(fields=["plan", "part"], name="plan_part_decided_once")]
