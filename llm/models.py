"""The egress log: what left for a language model, when, where to, why, and how it ended."""

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

OUTCOMES = {
    "asking": _("Asked, no end recorded"),
    "ok": _("Answered"),
    "refused": _("Refused by the model"),
    "timeout": _("Took too long"),
    "budget": _("Not sent: the day's budget is used up"),
    "broken": _("Broken"),
}


class Call(models.Model):
    """One question to a model; written before it leaves, so that a crash hides nothing.

    Until an end is known the tokens and the cost are the most that it may use.
    """

    # By name: this room and shops do not import each other, yet every row carries its shop.
    shop = models.ForeignKey("shops.Shop", models.CASCADE, verbose_name=_("shop"))
    asked_at = models.DateTimeField(_("asked"), default=now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    provider = models.CharField(_("provider"), max_length=40)
    host = models.CharField(_("host"), max_length=255)
    model = models.CharField(_("model"), max_length=100)
    purpose = models.CharField(_("why"), max_length=100)
    prompt = models.CharField(_("prompt and version"), max_length=100)
    sent = models.JSONField(_("what left"), help_text=_("The redacted text, turn by turn."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("As it came, with marks."))
    input_tokens = models.PositiveIntegerField(_("tokens sent"), default=0)
    output_tokens = models.PositiveIntegerField(_("tokens received"), default=0)
    cost_microcents = models.BigIntegerField(_("cost in millionths of a cent"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    outcome = models.CharField(_("outcome"), max_length=10, default="asking")
    why = models.TextField(_("what happened"), blank=True)
    digest = models.CharField(_("digest"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("question to a model")
        verbose_name_plural = _("questions to models")
        indexes = [
            models.Index(fields=["shop", "asked_at"], name="llm_call_of_day"),
            models.Index(
                fields=["shop", "digest", "-id"],
                condition=models.Q(outcome="ok"),
                name="llm_call_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt} {self.asked_at:%Y-%m-%d %H:%M}"
