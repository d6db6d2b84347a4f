"""A shop's accounts with carriers other than its mail server."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from campaigns import text_events
from campaigns.channel_models import ChannelAccount, PushSubscription
from campaigns.channels import push
from shops import reaching, secrecy
from shops.console import ReadOnly, ShopAdmin


class AccountForm(forms.ModelForm):
    """The secret is typed in, kept sealed and never shown; web push makes its own keys."""

    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Text messages: the API's token. Webhook: made for you when it is empty. "
            "Empty: it stays as it is."
        ),
    )

    class Meta:
        model = ChannelAccount
        fields = ("shop", "channel", "url", "account", "sender")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        channel, url = cleaned.get("channel", self.instance.channel), cleaned.get("url", "")
        if channel != "push":
            try:
                reaching.check(url)
            except reaching.Unreachable as fault:
                self.add_error("url", str(fault))
        if channel == "sms" and not (cleaned.get("account") and cleaned.get("sender")):
            self.add_error("account", _("Text messages need an account and a sender."))
        if channel == "sms" and not (cleaned.get("secret") or self.instance.secret_sealed):
            self.add_error("secret", _("Text messages need the token of the account."))
        if channel == "push" and not cleaned.get("sender", "").startswith(("mailto:", "https://")):
            self.add_error("sender", _("Push services want a mailto: or https:// address."))
        return cleaned

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  Django's own
        account = self.instance
        if account.channel == "push" and not account.public_key:
            private, account.public_key = push.new_key()
            account.secret_sealed = secrecy.seal(private)
        elif account.channel != "push" and self.cleaned_data["secret"]:
            account.secret_sealed = secrecy.seal(self.cleaned_data["secret"])
        elif account.channel == "webhook" and not account.secret_sealed:
            account.secret_sealed = secrecy.new_webhook_secret()
        return super().save(commit)


@admin.register(ChannelAccount)
class ChannelAccounts(ShopAdmin):
    """How text messages, notifications and webhooks leave."""

    form = AccountForm
    list_display = ("channel", "url", "account", "sender", "shop")
    list_filter = ("channel", "shop")
    list_select_related = ("shop",)

    def get_readonly_fields(self, request: Any, obj: ChannelAccount | None = None) -> Any:
        if obj is None:
            return ()
        known = ("shop", "channel", "public_key")
        return (*known, "answers") if obj.channel == "sms" else known

    @display(description=_("address for answers"))
    def answers(self, account: ChannelAccount) -> SafeString:
        return format_html(
            '<code class="wm-break">{}</code><br><span class="wm-help">{}</span>',
            text_events.url(account),
            _("Give it to the carrier for incoming messages: who answers STOP gets no more."),
        )


@admin.register(PushSubscription)
class PushSubscriptions(ReadOnly, ShopAdmin):
    """Browsers in which customers allowed notifications."""

    list_display = ("customer", "created_at", "gone_at", "shop")
    list_filter = ("shop",)
    list_select_related = ("customer", "shop")
    fields = ("customer", "created_at", "gone_at", "shop")
