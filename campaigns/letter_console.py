"""The admin's page for a letter to a segment: which mail, to whom, when."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from campaigns import launching, second_person
from campaigns.console_pages import CampaignPage
from campaigns.letter import Letter, keep
from campaigns.models import Template
from campaigns.plan_schema import PlanError
from campaigns.second_person import NeedsAnother
from segments.models import Segment
from shops.console import chosen_shop, shops_of
from shops.models import Shop, User

MARKS = "abcdefghijkmnpqrstuvwxyz23456789"
MOMENT = "%Y-%m-%dT%H:%M"


class LetterForm(forms.Form):
    """The mail, the segment, and a moment by the shop's clock."""

    once = forms.SlugField(max_length=20, widget=forms.HiddenInput)
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("To"), widget=UnfoldAdminSelectWidget, to_field_name="key",
        empty_label=None,
    )  # fmt: skip
    template = forms.ModelChoiceField(
        Template.objects.none(), label=_("Mail"), widget=UnfoldAdminSelectWidget,
        to_field_name="key", empty_label=None,
    )  # fmt: skip
    at = forms.DateTimeField(
        label=_("When"), required=False, input_formats=[MOMENT],
        help_text=_("By the shop's clock. Empty: as soon as you press Send."),
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "wm-select"}, MOMENT),
    )  # fmt: skip

    def __init__(self, shop: Shop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments = Segment.in_use.filter(shop=shop, fault="").order_by("name")
        self.fields["segment"].queryset = segments  # type: ignore[attr-defined]
        mails = Template.objects.filter(shop=shop).order_by("name")
        self.fields["template"].queryset = mails  # type: ignore[attr-defined]


class LetterPages(CampaignPage):
    """Added to the campaigns' admin."""

    @action(description=_("Write to a segment"), permissions=["add"], icon="forward_to_inbox")
    def letter(self, request: HttpRequest) -> HttpResponse:
        """Kept as a draft, or sent at once."""
        shop = chosen_shop(request, "campaigns.add_campaign")
        if shop is None:
            return redirect("first-run")
        begun = {"once": get_random_string(12, MARKS), "segment": request.GET.get("segment", ""),
                 "template": request.GET.get("template", "")}  # fmt: skip
        form = LetterForm(shop, request.POST or None, initial=begun)
        if form.is_valid():
            try:
                return self._keep(request, shop, Letter(**form.cleaned_data))
            except PlanError as fault:
                form.add_error(None, str(fault))
        shops = shops_of(request, "campaigns.add_campaign")
        known = {"form": form, "shop": shop, "shops": shops}
        return self.page(request, "letter", _("Write to a segment"), known)

    def _keep(self, request: HttpRequest, shop: Shop, said: Letter) -> HttpResponse:
        by = cast(User, request.user)
        campaign = keep(shop, said)
        if campaign.status == "draft":
            second_person.edited(campaign, by)
        if "draft" in request.POST or not by.has_perm("campaigns.change_campaign", shop):
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        try:
            launched = launching.launch(campaign, by=by)
        except NeedsAnother as fault:
            messages.error(request, f"{campaign}: {fault}")
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        if launched:
            messages.success(request, gettext("%s is on its way.") % campaign)
        return redirect("admin:campaigns_campaign_report", campaign.pk)
