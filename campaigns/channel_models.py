"""A shop's accounts with carriers other than its mail server, and browsers that want to be told."""

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops import code_words, secrecy

KINDS = [("sms", _("Text messages")), ("push", _("Web push")), ("webhook", _("Webhook"))]


class ChannelAccount(models.Model):
    """How a shop reaches a carrier: its address, the account's name there, and a sealed secret."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    channel = models.CharField(_("channel"), max_length=20, choices=KINDS)
    url = models.URLField(
        _("address"),
        blank=True,
        max_length=300,
        help_text=_(
            "Text messages: an API that speaks as Twilio's, such as https://api.twilio.com. "
            "Webhook: what is called for each message. Web push needs none."
        ),
    )
    account = models.CharField(_("account"), max_length=100, blank=True)
    sender = models.CharField(
        _("sender"),
        max_length=120,
        blank=True,
        help_text=_("Text messages: a number or name. Web push: a mailto: address to complain to."),
    )
    secret_sealed = models.TextField(blank=True, editable=False)
    public_key = models.CharField(_("public key"), max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")
        constraints = [UniqueConstraint(fields=["shop", "channel"], name="channel_account_once")]

    def __str__(self) -> str:
        return f"{self.shop}: {code_words.said(self.channel)}"

    @property
    def secret(self) -> str:
        return secrecy.unseal(self.secret_sealed) if self.secret_sealed else ""


class PushSubscription(models.Model):
    """A browser in which a customer allowed notifications; only the newest that lives is used."""

    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, verbose_name=_("customer")
    )
    endpoint = models.URLField(_("endpoint"), max_length=500)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    created_at = models.DateTimeField(_("created"), default=now)
    gone_at = models.DateTimeField(_("gone"), null=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        constraints = [UniqueConstraint(fields=["shop", "endpoint"], name="push_endpoint_once")]
        indexes = [
            Index(fields=["customer", "id"], condition=Q(gone_at=None), name="push_of_customer")
        ]

    def __str__(self) -> str:
        return str(self.customer)
