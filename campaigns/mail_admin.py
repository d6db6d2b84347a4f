"""How a shop's mails leave: its settings."""

from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.request import validate_host
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns import bounces, mail_dns, seeds
from campaigns.mail_models import MailSettings
from campaigns.mime import AddressError
from shops.console import ShopAdmin


class MailSettingsForm(forms.ModelForm):
    """The link domain must lead to this server, or every link of every mail is dead."""

    class Meta:
        model = MailSettings
        fields = (
            "shop",
            "tracks_clicks",
            "tracks_opens",
            "link_domain",
            "utm_source",
            "return_path",
            "dkim_selector",
            "seeds",
        )

    def clean_seeds(self) -> str:
        try:
            found = seeds.split(self.cleaned_data["seeds"])
        except AddressError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if len(found) > seeds.MOST:
            raise forms.ValidationError(_("At most %d addresses.") % seeds.MOST)
        return "\n".join(found)

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
    actions = ("try_bounce_path",)
    actions_detail = ("domain",)

    @action(description=_("Check the sending domain"), permissions=["change"])
    def domain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the DNS says, and the records to add."""
        pk = int(object_id) if object_id.isdigit() else 0
        said = get_object_or_404(self.get_queryset(request).select_related("shop"), pk=pk)
        if not self.has_change_permission(request, said):
            raise PermissionDenied
        if request.POST.get("do") == "key":
            mail_dns.make_key(said)
        known = {
            **self.admin_site.each_context(request),
            "title": _("Sending domain"),
            "said": said,
            "sender": said.shop.from_email or settings.DEFAULT_FROM_EMAIL,
            "checks": mail_dns.look(said),
        }
        return TemplateResponse(request, "admin/campaigns/mailsettings/domain.html", known)

    def get_readonly_fields(self, request: Any, obj: MailSettings | None = None) -> Any:
        return ("shop", "probe_sent_at", "probe_seen_at") if obj else ()

    @admin.action(description=_("Test the bounce path"), permissions=["change"])
    def try_bounce_path(self, request: HttpRequest, rows: QuerySet[MailSettings]) -> None:
        for row in rows.select_related("shop"):
            if not (row.return_path or settings.BOUNCE_ADDRESS):
                messages.error(request, gettext("%s has no return address yet.") % row.shop)
                continue
            try:
                to = bounces.probe(row.shop)
            except (SMTPException, OSError) as fault:
                messages.error(request, f"{row.shop}: {fault}")
            else:
                said = gettext("A mail to %s is on its way; this page says when it came back.")
                messages.success(request, said % to)
