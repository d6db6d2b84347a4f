"""Plans with what people decided about each part; what customers ask and what answers rest on."""

from functools import reduce
from operator import add
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Index, UniqueConstraint
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Replay, Template
from journeys.models import Journey
from shops import sentences
from shops.models import Shop

OUTSIDE = "MCP: "  # before the name of whom an outside assistant works for
PARTS = ("campaigns", "stages", "segments")  # of a proposal, that somebody decides about


class PlanQuerySet(models.QuerySet["Plan"]):
    def waiting(self) -> "PlanQuerySet":
        """Those with a part that nobody has decided about."""
        number = models.IntegerField()
        lengths = [
            Coalesce(Func(KeyTransform(kind, "proposal"), function="jsonb_array_length"), 0,
                     output_field=number)
            for kind in PARTS
        ]  # fmt: skip
        decisions = Decision.objects.filter(plan=models.OuterRef("pk")).values("plan")
        decided = models.Subquery(decisions.values(n=models.Count("pk")), output_field=number)
        rows = self.alias(in_all=reduce(add, lengths), decided=Coalesce(decided, 0))
        return rows.filter(in_all__gt=models.F("decided"))


class Plan(models.Model):
    """A proposal for a goal, checked against the measured journey; nothing of it is live.

    `author` is rules, the model's name, or "MCP: " and who an outside assistant worked for;
    `refused` says what of a model's answer was thrown away.
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

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        indexes = [Index(fields=["shop", "-created_at"], name="plan_of_shop")]

    def __str__(self) -> str:
        return self.goal

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What is decided about, each by itself."""
        return [part for kind in PARTS for part in self.proposal.get(kind, [])]


class Decision(models.Model):
    """What somebody decided about one part of a plan; an approved campaign is a draft.

    `text` is the part as it was approved, where somebody edited it first.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="decisions")
    part = models.CharField(_("part"), max_length=60)  # "campaign:second-order"
    verdict = models.CharField(_("verdict"), max_length=10)  # approved, edited, rejected
    text = models.JSONField(_("text"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    decided_at = models.DateTimeField(_("decided"), default=now)
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [UniqueConstraint(fields=["plan", "part"], name="plan_part_decided_once")]


class Rehearsal(models.Model):
    """The replay of a plan's drafted campaign: what it would have done in the last days."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rehearsals")
    part = models.CharField(_("part"), max_length=60)
    replay = models.OneToOneField(Replay, on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        constraints = [UniqueConstraint(fields=["plan", "part"], name="plan_part_rehearsed_once")]


class MeasuredLift(models.Model):
    """A plan's forecast for one campaign beside what its holdout measured on the same way.

    Shares of those who went the way within the window; `value` is treated less held out, with the
    interval; before `is_enough` it says nothing.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lifts")
    part = models.CharField(_("part"), max_length=60)
    edge = models.CharField(_("way"), max_length=130)
    forecast_percent = models.FloatField(_("forecast: so many per cent more"))
    treated_count = models.IntegerField(_("written to"))
    held_out_count = models.IntegerField(_("held out"))
    held_out_share = models.FloatField(_("share of the held out that went the way"))
    value = models.FloatField(_("lift"))
    low = models.FloatField(_("at least"))
    high = models.FloatField(_("at most"))
    is_enough = models.BooleanField(_("enough people"))
    measured_at = models.DateTimeField(_("measured"), default=now)

    class Meta:
        verbose_name = _("measured lift")
        verbose_name_plural = _("measured lifts")
        constraints = [UniqueConstraint(fields=["plan", "part"], name="plan_part_measured_once")]


class Voice(models.Model):
    """How the shop speaks: texts that sound like it, and words that it does not use."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    examples = models.TextField(
        _("examples"), blank=True, max_length=4000,
        help_text=_("Sentences that sound like the shop, one a line. A model writes like them."),
    )  # fmt: skip
    forbidden = models.TextField(
        _("forbidden words"), blank=True, max_length=4000,
        help_text=_("Words that no mail of the shop has, one a line."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("voice of a shop")
        verbose_name_plural = _("voices of shops")

    def __str__(self) -> str:
        return str(self.shop)

    @property
    def words(self) -> list[str]:
        return [line.strip() for line in self.forbidden.splitlines() if line.strip()]


class Copy(models.Model):
    """Texts for a mail and a text message in several variants, checked against the catalogue.

    A fact stands in them as a slot such as `{p1.price}`; `facts` says what it is and from where.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, verbose_name=_("template"), related_name="copies"
    )
    goal = models.CharField(_("what it is about"), max_length=300)
    language = models.CharField(_("language"), max_length=10)
    discount_percent = models.FloatField(_("discount at most, in per cent"), default=0)
    author = models.CharField(_("author"), max_length=80)
    facts = models.JSONField(_("facts"))
    variants = models.JSONField(_("variants"))
    refused = models.JSONField(_("refused"), default=list)
    created_at = models.DateTimeField(_("written"), default=now)

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        indexes = [Index(fields=["shop", "-created_at"], name="copy_of_shop")]

    def __str__(self) -> str:
        return self.goal


class Source(models.Model):
    """A text that answers to customers may rest on; read again whenever it changes."""

    KINDS = {
        "markdown": _("Markdown: a heading above each part"),
        "csv": _("CSV: question, answer"),
        "addresses": _("Addresses of pages, one a line"),
        "products": _("The shop's products"),
    }

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default="markdown")
    text = models.TextField(_("text"), blank=True)
    changed_at = models.DateTimeField(_("changed"), default=now)
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    fault = models.TextField(_("fault"), blank=True, editable=False)

    class Meta:
        verbose_name = _("source of answers")
        verbose_name_plural = _("sources of answers")
        indexes = [Index(fields=["id"], condition=models.Q(read_at=None), name="source_to_be_read")]

    def __str__(self) -> str:
        return self.name

    @property
    def trouble(self) -> str:
        """What of it could not be read, in the active language; of a CSV in its reader's words."""
        if self.fault == "nothing":
            return gettext("There is nothing in it.")
        failed = self.addresses.filter(failed_count__gt=0).count() if self.pk else 0
        if not failed:
            return self.fault
        said = gettext("Could not be read: %(failed)d of %(all)d addresses")
        return said % {"failed": failed, "all": self.addresses.count()}


class Address(models.Model):
    """A page that a source names, read by itself: one that fails holds back no other.

    What was read of it before stays; `fault` says why it failed, `due_at` when it is tried again.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="addresses")
    url = models.TextField(_("address"))
    position = models.IntegerField(_("position"))
    read_at = models.DateTimeField(_("read"), null=True)
    fault = models.JSONField(_("fault"), default=dict)  # a sentence of shops.sentences
    failed_count = models.IntegerField(_("failed in a row"), default=0)
    due_at = models.DateTimeField(_("tried again"), null=True)

    class Meta:
        verbose_name = _("address of a source")
        verbose_name_plural = _("addresses of sources")
        constraints = [UniqueConstraint(fields=["source", "url"], name="address_of_source")]
        indexes = [
            Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="address_due")
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def trouble(self) -> str:
        """Why it could not be read, in the active language."""
        return sentences.said(self.fault)


class Passage(models.Model):
    """A part of a source, as it is found: by its words, and by its meaning where that is known."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="passages")
    position = models.IntegerField(_("position"))
    address = models.TextField(_("address"), blank=True, default="", db_default="")
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("text"))
    terms = ArrayField(models.TextField())
    vector = ArrayField(models.FloatField(), null=True)  # double precision[], cast for pgvector

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [UniqueConstraint(fields=["source", "position"], name="passage_of_source")]
        indexes = [GinIndex(fields=["terms"], name="passage_terms")]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """What a customer asked, the answer with the passages it rests on, or that somebody has to.

    Of nobody in particular: names, addresses and numbers of orders are hidden before it is kept,
    and the shop's program, which knows who asked, fetches a person's answer by the question's id.
    """

    STATES = {
        "open": _("Just asked"),
        "asking": _("A model is asked"),
        "answered": _("Answered"),
        "waiting": _("Waits for a person"),
        "corrected": _("Answered by a person"),
    }

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    text = models.TextField(_("question"))
    answer = models.TextField(_("answer"), blank=True)
    author = models.CharField(_("answered by"), max_length=80, blank=True)
    cites = models.JSONField(_("sources"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    asked_at = models.DateTimeField(_("asked"), default=now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, verbose_name=_("by")
    )
    # Which passage would have been right: a case of the evaluation.
    right = models.ForeignKey(
        Passage, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("right source")
    )

    class Meta:
        verbose_name = _("question of a customer")
        verbose_name_plural = _("questions of customers")
        indexes = [Index(fields=["shop", "state", "-asked_at"], name="question_of_shop")]

    def __str__(self) -> str:
        return self.text[:80]
