"""Campaigns, who entered them, and the ledger of every message decided on."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from campaigns.carrier_models import MailCarrier as MailCarrier
from campaigns.caught_models import CaughtMail as CaughtMail
from campaigns.channel_models import ChannelAccount as ChannelAccount
from campaigns.channel_models import PushSubscription as PushSubscription
from campaigns.edit_models import LastEdit as LastEdit
from campaigns.hygiene_models import ListHygiene as ListHygiene
from campaigns.mail_models import MailSettings as MailSettings  # for Django, which looks here
from campaigns.mail_models import Signal as Signal
from campaigns.mail_models import TemplateLinks as TemplateLinks
from campaigns.notice_models import Notice as Notice
from campaigns.pace_models import DomainLimit as DomainLimit
from campaigns.preference_models import Preference as Preference
from campaigns.preference_models import Topic as Topic
from campaigns.replay_models import Replay as Replay  # for Django, which looks for models here
from campaigns.split_models import SplitWeight as SplitWeight
from campaigns.targeting_models import Targeting as Targeting
from campaigns.translation_models import Translation as Translation
from campaigns.warm_up_models import WarmUp as WarmUp
from customers.models import Customer
from shops.models import Shop

LOCAL_PART = r"\A[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*\Z"


class Template(models.Model):
    """What a message says, in Liquid. Where there is MJML, `writing` made the HTML from it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    subject = models.CharField(_("subject"), max_length=300)
    preheader = models.CharField(
        _("preheader"),
        max_length=200,
        blank=True,
        help_text=_("What an inbox shows behind the subject."),
    )
    mjml = models.TextField(_("MJML"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    text = models.TextField(
        _("text"), blank=True, help_text=_("Made from the HTML when it is empty.")
    )
    from_name = models.CharField(
        _("from"), max_length=100, blank=True, help_text=_("The shop's name when it is empty.")
    )
    from_local = models.CharField(
        _("from, before the @"),
        max_length=64,
        blank=True,
        validators=[RegexValidator(LOCAL_PART, _("Letters, digits, dots and hyphens."))],
        help_text=_("At the shop's own domain."),
    )
    reply_to = models.EmailField(_("answers go to"), blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="template_key")]

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """Who enters, what happens to them, and which share is held out to prove it worked.

    `plan` fits `campaigns.plan_schema`; what a status means, and may become: `campaigns.launching`.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    status = models.CharField(_("status"), max_length=12, default="draft", editable=False)
    plan = models.JSONField(_("plan"))
    holdout_percent = models.DecimalField(
        _("holdout in percent"), max_digits=4, decimal_places=1, default=5
    )
    priority = models.SmallIntegerField(
        _("priority"),
        default=50,
        help_text=_("The higher one writes first where a customer may get only so many messages."),
    )
    topic = models.ForeignKey(
        Topic,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("topic"),
        help_text=_("Customers who refused the topic get nothing of the campaign."),
    )
    fault = models.TextField(_("fault"), blank=True, editable=False)
    swept_at = models.DateTimeField(null=True, editable=False)  # entries by the clock: done until
    launch_at = models.DateTimeField(_("launch at"), null=True, editable=False)
    launched_at = models.DateTimeField(_("launched"), null=True, editable=False)
    entry_closed_at = models.DateTimeField(_("entry closed"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            UniqueConstraint(fields=["shop", "key"], name="campaign_key"),
            models.CheckConstraint(
                condition=Q(holdout_percent__gte=0, holdout_percent__lte=50),
                name="campaign_holdout_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignVersion(models.Model):
    """A plan that people went through; made when the first of them entered, never edited."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    digest = models.CharField(max_length=64)
    plan = models.JSONField(_("plan"))
    created_at = models.DateTimeField(_("created"), default=now)

    class Meta:
        verbose_name = _("campaign version")
        verbose_name_plural = _("campaign versions")
        constraints = [
            UniqueConstraint(fields=["campaign", "number"], name="campaign_version_number"),
            UniqueConstraint(fields=["campaign", "digest"], name="campaign_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.number}"


class Enrolment(models.Model):
    """A customer's way through a campaign; `entry_key` says for what cause, and only once.

    Held-out customers have a row and never a message. `step` is the id of the next step in the
    version's plan, due at `due_at`; no `due_at` means it is over. `waits_since` is set while the
    customer waits for something to happen, and `variants` says which side of each split they took.
    """

    # A million rows enter at once: what the statement has just read is not checked again row by
    # row (a third of the work), and no index stands beside one that serves as well.
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        related_name="enrolments",
        db_constraint=False,
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="enrolments",
        db_constraint=False,
        db_index=False,
    )
    entry_key = models.CharField(_("cause"), max_length=60)
    held_out = models.BooleanField(_("held out"), default=False)
    version = models.ForeignKey(
        CampaignVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="enrolments",
        db_constraint=False,
        db_index=False,
    )
    entered_at = models.DateTimeField(_("entered"), default=now)
    step = models.CharField(_("step"), max_length=60, blank=True)  # empty: at the beginning
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=now)
    waits_since = models.DateTimeField(null=True)
    left_at = models.DateTimeField(_("left"), null=True)
    cause = models.JSONField(_("what happened"), default=dict)
    variants = models.JSONField(_("variants"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            UniqueConstraint(fields=["campaign", "customer", "entry_key"], name="enrolment_once")
        ]
        indexes = [
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="enrolment_due"),
            Index(fields=["customer"], name="enrolment_customer"),
            Index(
                fields=["customer"],
                condition=Q(waits_since__isnull=False, due_at__isnull=False),
                name="enrolment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.customer}"


class SharedTrail(models.Model):
    """What the reasons of many messages have in common: frozen, and kept once per wording."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False)
    digest = models.CharField(max_length=32)
    said = models.JSONField(_("why"))

    class Meta:
        verbose_name = _("shared reason")
        verbose_name_plural = _("shared reasons")
        constraints = [UniqueConstraint(fields=["campaign", "digest"], name="shared_trail_once")]


class Message(models.Model):
    """One ledger row per enrolment and step: a message decided on, and what became of it.

    planned → sending → sent, refused (by the gate), failed, or uncertain (the process died between
    hand-over and record; never sent again by itself). "Sending" may have reached the carrier.
    `trail` is frozen when the row is written; what it shares with many others is in `shared`, and
    what let the customer in, which never changes either, in `enrolment`.
    """

    shop = models.ForeignKey(
        Shop,
        on_delete=models.CASCADE,
        verbose_name=_("shop"),
        db_constraint=False,
        db_index=False,
    )
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.CASCADE,
        related_name="messages",
        db_constraint=False,
        db_index=False,
    )
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        verbose_name=_("campaign"),
        db_constraint=False,
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("customer"),
        db_constraint=False,
        db_index=False,
    )
    template = models.ForeignKey(
        Template,
        on_delete=models.PROTECT,
        verbose_name=_("template"),
        db_constraint=False,
        db_index=False,
    )
    step = models.CharField(_("step"), max_length=60)
    channel = models.CharField(_("channel"), max_length=20, default="email")
    status = models.CharField(_("status"), max_length=12, default="planned")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    trail = models.JSONField(_("why"), default=dict)
    shared = models.ForeignKey(
        SharedTrail, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    due_at = models.DateTimeField(_("due"), default=now)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)  # by a person, the first time
    clicked_at = models.DateTimeField(_("clicked"), null=True)
    bounced_at = models.DateTimeField(_("came back"), null=True)
    complained_at = models.DateTimeField(_("complained of"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)  # where the carrier tells
    carrier_id = models.CharField(_("carrier's id"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [UniqueConstraint(fields=["enrolment", "step"], name="message_once")]
        indexes = [
            Index(fields=["due_at"], condition=Q(status="planned"), name="message_due"),
            Index(fields=["claimed_at"], condition=Q(status="sending"), name="message_in_flight"),
            Index(fields=["customer", "-id"], name="message_customer"),
            Index(
                fields=["campaign", "due_at"],
                condition=Q(status__in=("planned", "sending")),
                name="message_open",
            ),
            Index(fields=["shop"], condition=Q(status="uncertain"), name="message_uncertain"),
            Index(fields=["campaign", "id"], name="message_of_campaign"),
            BrinIndex(fields=["sent_at"], autosummarize=True, name="message_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.customer}"

    @property
    def why(self) -> dict[str, Any]:
        """All that was written down of why it was decided on."""
        entered = self.enrolment
        return {
            **(self.shared.said if self.shared else {}),
            "entered_at": entered.entered_at.isoformat(),
            "cause": entered.entry_key,
            "held_out": entered.held_out,
            **({"happened": entered.cause} if entered.cause else {}),
            **self.trail,
        }


class FrequencyCap(models.Model):
    """At most so many messages to one customer in so many days; on one channel, or in total."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    channel = models.CharField(
        _("channel"), max_length=20, blank=True, help_text=_("Empty: all channels together.")
    )
    messages = models.PositiveSmallIntegerField(_("messages"))
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name = _("frequency cap")
        verbose_name_plural = _("frequency caps")
        constraints = [
            UniqueConstraint(fields=["shop", "channel", "days"], name="frequency_cap_once"),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=365), name="frequency_cap_days"
            ),
        ]

    def __str__(self) -> str:
        return _("%(messages)d in %(days)d days") % vars(self)
