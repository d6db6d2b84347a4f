"""How a shop's mails leave: its settings."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from campaigns.mail_models import MailSettings
from shops.console import ShopAdmin


class MailSettingsForm(forms.ModelForm):
    """The link domain must lead to this server, or every link of every mail is dead."""

    class Meta:
        model = MailSettings
        fields = ("shop", "tracks_clicks", "tracks_opens", "link_domain", "utm_source")

    def clean_link_domain(self) -> str:
        given: str = self.cleaned_data["link_domain"].strip().rstrip("/")
        if not given:
            return ""
        parts = urlsplit(given)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path or parts.query:
            raise forms.ValidationError(
                _("Give a scheme and a name, such as https://click.shop.example.")
            )
        if not validate_host(parts.hostname, settings.ALLOWED_HOSTS):
            raise forms.ValidationError(
                _("This server does not answer for %s: its operator adds it to ALLOWED_HOSTS.")
                % parts.hostname
            )
        return given


@admin.register(MailSettings)
class MailSettingsPages(ShopAdmin):
    """What is measured of a shop's mails, and under which name its links lead."""

    form = MailSettingsForm
    list_display = ("shop", "tracks_clicks", "tracks_opens", "link_domain", "utm_source")
    list_select_related = ("shop",)

    def get_readonly_fields(self, request: Any, obj: MailSettings | None = None) -> Any:
        return ("shop",) if obj else ()
