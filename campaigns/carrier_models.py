"""By which service a shop's mails leave, where it is not this server's own mail server."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shops import secrecy


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class MailCarrier(models.Model):
    """A shop's account with a mail service. A shop without a row sends by EMAIL_URL.

    A service that refuses the account is not asked again before somebody looked at it: the shop's
    mails wait meanwhile, and `refused_reason` says why.
    """

    shop = models.OneToOneField("shops.Shop", on_delete=models.CASCADE, verbose_name=_("shop"))
    kind = models.CharField(_("service"), max_length=20)
    account = models.CharField(
        _("account"),
        max_length=200,
        blank=True,
        help_text=_(
            "Amazon SES: the id of the access key. Mailjet: the API key. Mailgun: the sending "
            "domain, where it is not that of the sender. Postmark: the message stream, such as "
            "broadcast. Others need none."
        ),
    )
    url = models.URLField(
        _("address"),
        max_length=200,
        blank=True,
        help_text=_(
            "Only for another region, such as https://api.eu.mailgun.net/v3 or "
            "https://email.eu-west-1.amazonaws.com. Empty: the usual one."
        ),
    )
    counts = models.BooleanField(
        _("the service counts opens and clicks"),
        default=False,
        help_text=_(
            "Off: links lead through this server. On: links lead through the service, and what it "
            "tells counts. What may be counted at all is said in the mail settings."
        ),
    )
    secret_sealed = models.TextField(editable=False)
    signing_sealed = models.TextField(blank=True, editable=False)
    hook_sealed = models.TextField(editable=False)
    hook_digest = models.CharField(max_length=64, unique=True, editable=False)
    heard_at = models.DateTimeField(_("last heard of"), null=True, editable=False)
    refused_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    refused_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("mail service")
        verbose_name_plural = _("mail services")

    def __str__(self) -> str:
        return f"{self.shop}: {self.kind}"

    @property
    def secret(self) -> str:
        return secrecy.unseal(self.secret_sealed)

    @property
    def signing_key(self) -> str:
        return secrecy.unseal(self.signing_sealed) if self.signing_sealed else ""

    def new_hook(self) -> None:
        """An address that the service tells its events to, which nobody can guess."""
        token = secrets.token_urlsafe(24)
        self.hook_sealed, self.hook_digest = secrecy.seal(token), digest(token)

    @property
    def hook_url(self) -> str:
        token = secrecy.unseal(self.hook_sealed)
        return settings.PUBLIC_URL + reverse("mail-events", args=[token])
