"""The register of trained models and what they say about each customer."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from insights.explained import Explained
from shops import code_words
from shops.models import Shop

IN_USE = ("live", "early")


class TrainedModel(Explained):
    """One training of a predictor for a shop: its card. At most one is in use.

    Status: live, early (an estimate from too little, for the `reason`), off (with the reason),
    retired (a later one took over) or beaten (a challenger: trained and judged beside the one that
    won; `method` says by which way). `artefact` is plain numbers; nothing that is run when it is
    read.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    predictor = models.CharField(_("model"), max_length=40)
    method = models.CharField(_("method"), max_length=20, blank=True, default="", db_default="")
    status = models.CharField(_("status"), max_length=8, default="off")
    trained_at = models.DateTimeField(_("trained"), default=now)
    window = models.JSONField(_("window"), default=dict)  # from, until, days that are judged
    baseline = models.CharField(_("baseline"), max_length=100, blank=True)
    metrics = models.JSONField(_("metrics"), default=dict)
    calibration = models.JSONField(_("calibration"), default=list)  # mean said, share true, count
    lift = models.JSONField(_("lift"), default=list)  # per tenth, highest first
    importance = models.JSONField(_("importance"), default=dict)
    versions = models.JSONField(_("versions"), default=dict)
    artefact = models.JSONField(_("artefact"), default=dict, editable=False)
    drift = models.FloatField(_("drift (PSI)"), null=True)

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        constraints = [
            UniqueConstraint(
                fields=["shop", "predictor"],
                condition=Q(status__in=IN_USE),
                name="model_in_use_once",
            )
        ]
        indexes = [Index(fields=["shop", "predictor", "-trained_at"], name="model_history")]

    def __str__(self) -> str:
        return f"{code_words.said(self.predictor)} {self.trained_at:%Y-%m-%d}"


class Score(models.Model):
    """What a model said about a customer from a day on; a new row when the band changes."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="score_history")
    model = models.ForeignKey(TrainedModel, on_delete=models.CASCADE, verbose_name=_("model"))
    name = models.CharField(_("score"), max_length=40)
    value = models.FloatField(_("value"))
    band = models.CharField(_("band"), max_length=8)  # high, middle, low
    scored_at = models.DateTimeField(_("scored"), default=now)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            UniqueConstraint(fields=["customer", "name", "scored_at"], name="score_once")
        ]
