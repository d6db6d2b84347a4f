"""How a shop's mails leave, which links stood in them, and what came back of them."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops import secrecy


class MailSettings(models.Model):
    """What a shop measures of its mails, and under which name; a shop without a row has these
    defaults."""

    shop = models.OneToOneField("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    tracks_clicks = models.BooleanField(
        _("count clicks"), default=True, help_text=_("Links lead through this server.")
    )
    tracks_opens = models.BooleanField(
        _("count opens"),
        default=False,
        help_text=_(
            "By an invisible picture. In many countries only with the reader's consent: leave it "
            "off where you have none."
        ),
    )
    link_domain = models.CharField(
        _("link domain"),
        max_length=200,
        blank=True,
        help_text=_("Such as https://click.shop.example. Empty: this server's own address."),
    )
    utm_source = models.CharField(
        _("utm_source"),
        max_length=60,
        blank=True,
        default="waymark",
        help_text=_(
            "Links get utm_source, utm_medium (the channel) and utm_campaign (its key), unless "
            "they have their own. Empty: none is added."
        ),
    )

    return_path = models.EmailField(
        _("return address"),
        blank=True,
        help_text=_(
            "Bounces come back to it, as name+…@domain. Empty: BOUNCE_ADDRESS, else the sender."
        ),
    )
    dkim_selector = models.SlugField(
        _("DKIM selector"), max_length=40, default="waymark", help_text=_("Part of the DNS name.")
    )
    dkim_key_sealed = models.TextField(blank=True, editable=False)
    dkim_public = models.TextField(blank=True, editable=False)
    dkim_seen_at = models.DateTimeField(_("DKIM record seen"), null=True, editable=False)
    seeds = models.TextField(
        _("seed addresses"),
        blank=True,
        help_text=_("Own addresses at several mailbox providers, one a line, at most 50."),
    )
    probe_sent_at = models.DateTimeField(_("bounce path tested"), null=True, editable=False)
    probe_seen_at = models.DateTimeField(_("test came back"), null=True, editable=False)

    class Meta:
        verbose_name = _("mail settings")
        verbose_name_plural = _("mail settings")

    def __str__(self) -> str:
        return str(self.shop)

    @property
    def dkim_key(self) -> str:
        """The key that mails are signed with; none before its record was seen in the DNS."""
        return secrecy.unseal(self.dkim_key_sealed) if self.dkim_seen_at else ""


class TemplateLinks(models.Model):
    """The links of one wording of a template, in order: a message's link number is a place here.

    Never edited: mails that went out go on leading where they led when the template is changed.
    """

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    template = models.ForeignKey(
        "campaigns.Template", on_delete=models.CASCADE, related_name="links"
    )
    digest = models.CharField(max_length=32)
    targets = models.JSONField(_("targets"))
    created_at = models.DateTimeField(_("created"), default=now)

    class Meta:
        verbose_name = _("links of a template")
        verbose_name_plural = _("links of templates")
        constraints = [UniqueConstraint(fields=["template", "digest"], name="template_links_once")]

    def __str__(self) -> str:
        return f"{self.template} {self.digest[:8]}"


class Signal(models.Model):
    """An open or a click as it came in; once it is read, one a day for each link and kind of hand.

    Whether a machine made it shows a moment later, so it is read then (`campaigns.signals`). No
    address and no browser's name is kept, only what they gave away.
    """

    shop = models.ForeignKey(
        "shops.Shop", on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        "campaigns.Message", on_delete=models.CASCADE, related_name="signals", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12)  # opened, clicked, soft (bounced for now)
    links = models.ForeignKey(TemplateLinks, on_delete=models.SET_NULL, null=True)
    number = models.SmallIntegerField(_("link"), default=0)
    target = models.TextField(_("target"), blank=True)  # until it is read, then in the history
    at = models.DateTimeField(_("at"), default=now)
    hint = models.CharField(_("hint"), max_length=20, blank=True)  # why it looks like a machine
    machine = models.BooleanField(_("by a machine"), default=False)
    read_on = models.DateField(_("counted on"), null=True)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            UniqueConstraint(
                fields=["message", "kind", "number", "machine", "read_on"],
                name="signal_once_a_day",
                condition=Q(read_on__isnull=False),
            )
        ]
        indexes = [
            Index(fields=["message", "kind", "number"], name="signal_of_message"),
            Index(fields=["at"], condition=Q(read_on=None), name="signal_unread"),
            Index(
                fields=["campaign", "links", "number"],
                condition=Q(read_on__isnull=False, kind="clicked"),
                name="signal_of_campaign",
            ),
        ]
