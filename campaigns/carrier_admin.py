"""A shop's account with a mail service."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from campaigns.carrier_models import MailCarrier
from campaigns.esps import ESPS
from shops import reaching, secrecy
from shops.console import ShopAdmin

KINDS = [(key, esp.name) for key, esp in ESPS.items()]


def _secret(label: Any, *, help_text: Any) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


class CarrierForm(forms.ModelForm):
    """Keys are typed in, kept sealed and never shown. Saving it lets waiting mails leave again."""

    kind = forms.ChoiceField(
        label=capfirst(_("service")), choices=KINDS, widget=UnfoldAdminSelectWidget
    )
    secret = _secret(_("API key"), help_text=_("Empty: it stays as it is."))
    signing = _secret(
        capfirst(_("signing key of webhooks")),
        help_text=_("Mailgun, Resend and SendGrid sign what they tell: then it is checked."),
    )

    class Meta:
        model = MailCarrier
        fields = ("shop", "kind", "account", "url", "counts")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", "")
        if not cleaned.get("secret") and (not self.instance.pk or "kind" in self.changed_data):
            self.add_error("secret", _("The service needs its key."))
        if kind == "mailjet" and not cleaned.get("account"):
            self.add_error("account", _("Mailjet has two keys: the API key belongs here."))
        if kind == "ses" and not cleaned.get("account"):
            self.add_error("account", _("The id of the access key belongs here."))
        if cleaned.get("url"):
            try:
                reaching.check(cleaned["url"])
            except reaching.Unreachable as fault:
                self.add_error("url", str(fault))
        return cleaned

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  Django's own
        carrier = self.instance
        if self.cleaned_data["secret"]:
            carrier.secret_sealed = secrecy.seal(self.cleaned_data["secret"])
        if self.cleaned_data["signing"]:
            carrier.signing_sealed = secrecy.seal(self.cleaned_data["signing"])
        if not carrier.hook_sealed:
            carrier.new_hook()
        carrier.refused_at, carrier.refused_reason = None, ""
        return super().save(commit)


@admin.register(MailCarrier)
class MailCarriers(ShopAdmin):
    """By which service a shop's mails leave."""

    form = CarrierForm
    list_display = ("shop", "kind", "state", "heard_at")
    list_select_related = ("shop",)
    FIRST = ("shop", "kind", "account", "url", "secret", "signing", "counts")

    def get_fields(self, request: Any, obj: MailCarrier | None = None) -> Any:
        return (*self.FIRST, "hook", "heard_at", "state") if obj else self.FIRST

    def get_readonly_fields(self, request: Any, obj: MailCarrier | None = None) -> Any:
        return ("shop", "hook", "heard_at", "state") if obj else ()

    @display(description=_("address for its events"))
    def hook(self, carrier: MailCarrier) -> SafeString:
        return format_html(
            '<code class="wm-break">{}</code><br><span class="wm-help">{}</span>',
            carrier.hook_url,
            _("Give it to the service as the webhook for deliveries, bounces, complaints and "
              "unsubscribing. Whoever knows it can speak for the service."),
        )  # fmt: skip

    @display(description=_("state"))
    def state(self, carrier: MailCarrier) -> str:
        if not carrier.refused_at:
            return str(_("in use"))
        return _("Stopped, mails wait: %s Save this page to go on.") % carrier.refused_reason
