"""Campaigns, who entered them, and the ledger of every message decided on."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from shops.models import Shop


class Template(models.Model):
    """What a message says, in Liquid."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    subject = models.CharField(_("subject"), max_length=300)
    html = models.TextField(_("HTML"))
    text = models.TextField(_("text"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [UniqueConstraint(fields=["shop", "key"], name="template_key")]

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """Who enters, what happens to them, and which share is held out to prove it worked.

    `plan` fits `campaigns.plan_schema`; status is draft, running, paused or finished.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(_("key"), max_length=60)
    status = models.CharField(_("status"), max_length=12, default="draft", editable=False)
    plan = models.JSONField(_("plan"))
    holdout_percent = models.DecimalField(
        _("holdout in percent"), max_digits=4, decimal_places=1, default=5
    )
    fault = models.TextField(_("fault"), blank=True, editable=False)
    launched_at = models.DateTimeField(_("launched"), null=True, editable=False)

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


class Enrolment(models.Model):
    """A customer's way through a campaign; `entry_key` says for what cause, and only once.

    Held-out customers have a row and never a message. `due_at` empty means it is finished.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="enrolments")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="enrolments")
    entry_key = models.CharField(_("cause"), max_length=60)
    held_out = models.BooleanField(_("held out"), default=False)
    entered_at = models.DateTimeField(_("entered"), default=now)
    step = models.SmallIntegerField(_("step"), default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=now)
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
        ]


class Message(models.Model):
    """One ledger row per enrolment and step: a message decided on, and what became of it.

    planned → sending → sent, refused (by the gate), failed, or uncertain (the process died between
    hand-over and record; never sent again by itself). `trail` is frozen when the row is written.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="messages")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, verbose_name=_("campaign"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="messages", verbose_name=_("customer")
    )
    template = models.ForeignKey(Template, on_delete=models.PROTECT, verbose_name=_("template"))
    step = models.SmallIntegerField(_("step"))
    channel = models.CharField(_("channel"), max_length=20, default="email")
    status = models.CharField(_("status"), max_length=12, default="planned")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    trail = models.JSONField(_("why"), default=dict)
    due_at = models.DateTimeField(_("due"), default=now)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    carrier_id = models.CharField(_("carrier's id"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [UniqueConstraint(fields=["enrolment", "step"], name="message_once")]
        indexes = [
            Index(fields=["due_at"], condition=Q(status="planned"), name="message_due"),
            Index(fields=["claimed_at"], condition=Q(status="sending"), name="message_in_flight"),
            Index(fields=["customer", "-id"], name="message_customer"),
        ]


class CaughtMail(models.Model):
    """A mail that the embedded catcher took instead of the outside world."""

    message_id = models.CharField(_("message id"), max_length=200, blank=True)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    raw = models.BinaryField(_("mail as received"))
    caught_at = models.DateTimeField(_("caught"), default=now)

    class Meta:
        verbose_name = _("caught mail")
        verbose_name_plural = _("caught mails")
