"""The admin's pages for ready-made campaigns, and for campaigns as text."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from campaigns import as_text, outline, ready_made, second_person
from campaigns.console_pages import CampaignPage
from campaigns.models import Campaign
from shops.console import chosen_shop, shops_of
from shops.models import Shop, User


class TextForm(forms.Form):
    """A file, or what was pasted; the file counts."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=_("Shop"))
    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("or paste the text"),
        required=False,
        max_length=1_000_000,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false"}),
    )

    def __init__(self, shops: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        self.fields["shop"].initial = shops.first()
        self.fields["shop"].widget.attrs["class"] = " ".join(
            UnfoldAdminSelectWidget().attrs["class"].split()
        )
        self.change: as_text.Change | None = None

    def clean(self) -> dict[str, Any]:
        """Try it, so that the page can show what would change."""
        cleaned = super().clean() or {}
        if file := cleaned.get("file"):
            if file.size > 1_000_000:
                raise forms.ValidationError(_("The file is larger than a megabyte."))
            try:
                cleaned["text"] = file.read().decode()
            except UnicodeDecodeError as fault:
                raise forms.ValidationError(_("The file is not a text in UTF-8.")) from fault
        if not cleaned.get("text"):
            raise forms.ValidationError(_("Pick a file or paste a text."))
        if cleaned.get("shop"):
            try:
                self.change = as_text.load(cleaned["text"], cleaned["shop"], dry_run=True)
            except as_text.TextFault as fault:
                self.add_error("text", str(fault))
        return cleaned


class TextPages(CampaignPage):
    """Added to the campaigns' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("ready-made/begin/", admit(require_POST(self.begin)),
                 name="campaigns_campaign_begin"),
            *super().get_urls(),  # type: ignore[misc]
        ]  # fmt: skip

    list_before_template = "admin/campaigns/campaign/begin.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Above the list: one click to a draft."""
        may = self.has_add_permission(request)  # type: ignore[attr-defined]
        known = {"offers": ready_made.ALL if may else [], "shop": chosen_shop(request)}
        listed: HttpResponse = super().changelist_view(  # type: ignore[misc]
            request, {**(extra_context or {}), **known}
        )
        return listed

    @action(description=_("Ready-made campaigns"), permissions=["add"], variant="primary")
    def ready_made(self, request: HttpRequest) -> HttpResponse:
        shop = chosen_shop(request, "campaigns.add_campaign")
        held = set(Campaign.objects.filter(shop=shop).values_list("key", flat=True))
        offers = [
            {"of": each, "is_held": each.key in held,
             "lines": outline.of_text(ready_made.told(each.key))}
            for each in ready_made.ALL
        ]  # fmt: skip
        known = {
            "shop": shop,
            "shops": shops_of(request, "campaigns.add_campaign"),
            "offers": offers,
        }
        return self.page(request, "ready_made", _("Ready-made campaigns"), known)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """One click: a draft with its templates, opened."""
        shop = get_object_or_404(shops_of(request), key=request.POST.get("shop", ""))
        if not request.user.has_perm("campaigns.add_campaign", shop):
            raise PermissionDenied
        key = request.POST.get("key", "")
        if key not in ready_made.BY_KEY:
            raise Http404
        try:
            campaign = ready_made.create(shop, key)
        except as_text.TextFault as fault:
            messages.error(request, gettext("This shop cannot have it yet: %s") % fault)
            return redirect("admin:campaigns_campaign_ready_made")
        second_person.edited(campaign, cast(User, request.user))
        messages.success(
            request, gettext("%s is a draft. Read it through, then launch it.") % campaign
        )
        return redirect("admin:campaigns_campaign_change", campaign.pk)

    @action(description=_("Download as text"), permissions=["view"])
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.seen(request, object_id)
        answer = HttpResponse(as_text.export(campaign), content_type="application/yaml")
        answer["Content-Disposition"] = f'attachment; filename="{campaign.key}.yaml"'
        return answer

    @action(description=_("Upload text"), permissions=["upload"])
    def upload(self, request: HttpRequest) -> HttpResponse:
        """First what would change, then, if that is meant, the change."""
        said = (request.POST, request.FILES) if request.method == "POST" else ()
        form = TextForm(shops_of(request, "campaigns.change_campaign"), *said)
        change = form.change if form.is_valid() else None
        if change and "confirm" in request.POST:
            done = as_text.load(form.cleaned_data["text"], form.cleaned_data["shop"])
            second_person.edited(done.campaign, cast(User, request.user))
            messages.success(request, gettext("%s is written.") % done.campaign)
            return redirect("admin:campaigns_campaign_change", done.campaign.pk)
        known: dict[str, Any] = {"form": form, "change": change}
        if change:
            lines = [line for line in change.lines if line[:1] in "+-"]
            said_of = ngettext("%d line changes.", "%d lines change.", len(lines)) % len(lines)
            known |= {"text": form.cleaned_data["text"], "shop": form.cleaned_data["shop"],
                      "said": said_of}  # fmt: skip
        return self.page(request, "upload", _("Upload a campaign"), known)

    def has_upload_permission(self, request: HttpRequest) -> bool:
        may_add: bool = self.has_add_permission(request)  # type: ignore[attr-defined]
        may_change: bool = self.has_change_permission(request)  # type: ignore[attr-defined]
        return may_add and may_change
