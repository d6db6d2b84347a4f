"""The admin's editor of a campaign's steps."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action

from campaigns import (
    editor,
    editor_entry,
    editor_fields,
    outline,
    program,
    second_person,
    subject_test,
    versions,
)
from campaigns.console_pages import CampaignPage
from campaigns.models import Campaign
from campaigns.plan_names import PlanNames
from campaigns.plan_schema import PlanError
from segments.rule_field import RuleWidget
from shops.models import User

MOST = 500_000  # characters of a plan


class EditorPages(CampaignPage):
    """Added to the campaigns' admin."""

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/steps/check/", admit(require_POST(self.check_steps)),
                 name="campaigns_campaign_steps_check"),
            path("<int:pk>/steps/subject/", admit(require_POST(self.other_subject)),
                 name="campaigns_campaign_steps_subject"),
            *super().get_urls(),  # type: ignore[misc]
        ]  # fmt: skip

    @action(description=_("Steps"), permissions=["change"], icon="account_tree")
    def steps(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.changed(request, object_id)
        plan, fault = campaign.plan, ""
        if request.method == "POST":
            try:
                plan = _read(request)
                moved = editor.save(campaign, plan, mapping=_mapping(request))
            except PlanError as error:
                fault = str(error)
            else:
                second_person.edited(campaign, cast(User, request.user))
                _say(request, campaign, moved)
                return redirect("admin:campaigns_campaign_steps", campaign.pk)
        rule, names = RuleWidget(shop=campaign.shop_id), PlanNames(campaign.shop)
        known: dict[str, Any] = {
            "campaign": campaign,
            "rule_widget": rule.render("rule", ""),
            "rule_media": rule.media,
            "plan": plan,
            "fault": fault,
            "kinds": editor_fields.kinds(campaign.shop),
            "entry": editor_entry.form(campaign.shop),
            "words": editor_fields.words(),
            "described": editor.described(plan, campaign.shop),
            "inside": sum(versions.inside(campaign).values()),
            "waiting": editor.waiting(campaign),
            "targets": [
                (node.id, outline.said(node.step, names))
                for node in program.of(campaign.plan).nodes.values()
            ],
            "has_drawing": settings.CYTOSCAPE_DIR.is_dir(),
            "is_over": campaign.status in {"finished", "cancelled"},
        }
        return self.page(request, "steps", _("Steps"), known)

    def check_steps(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What the plan in the editor says and what is wrong with it; nothing is kept."""
        campaign = self.changed(request, pk)
        try:
            return JsonResponse(editor.described(_read(request), campaign.shop))
        except PlanError as fault:
            return JsonResponse({"fault": {"words": str(fault), "step": "entry"},
                                 "entry": "", "steps": {}, "ways": {}})  # fmt: skip

    def other_subject(self, request: HttpRequest, pk: int) -> JsonResponse:
        """A copy of a step's mail with another subject, for the other side of a split."""
        campaign = self.changed(request, pk)
        if not request.user.has_perm("campaigns.add_template", campaign):
            raise PermissionDenied
        told = request.POST.get("send", ""), request.POST.get("subject", "")
        others = {
            name.removeprefix("subject:"): words
            for name, words in request.POST.items()
            if name.startswith("subject:") and isinstance(words, str) and words.strip()
        }
        try:
            made = subject_test.copy(campaign.shop, *told, others)
        except PlanError as fault:
            return JsonResponse({"fault": str(fault)})
        return JsonResponse({"value": made.key, "label": made.name})


def _read(request: HttpRequest) -> Any:
    text = request.POST.get("plan", "")
    if len(text) > MOST:
        raise PlanError("", gettext("is longer than %d characters.") % MOST)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise PlanError("", gettext("is no JSON: %s") % fault) from fault


def _mapping(request: HttpRequest) -> dict[str, str] | None:
    """Where people go on, if they are to be moved: `go:<step>` names the step of the new plan."""
    if request.POST.get("people") != "move":
        return None
    told = {key[3:]: to for key, to in request.POST.items() if key.startswith("go:") and to}
    return {step: to for step, to in told.items() if isinstance(to, str)}


def _say(request: HttpRequest, campaign: Campaign, moved: int) -> None:
    messages.success(request, gettext("The steps of %s are kept.") % campaign)
    if moved:
        said = ngettext("%d person goes on by them.", "%d people go on by them.", moved) % moved
        messages.success(request, said)
