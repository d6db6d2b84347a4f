"""Plans: proposed, looked at beside what they cite, decided part by part."""

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from assistant import (
    answer_pages,
    approval,
    copy_pages,
    plan_page,
    planner,
    rehearsals,
    rule_pages,
)
from assistant.models import Decision, Plan
from segments.field_words import CHANNELS
from shops import money
from shops.console import OwnPage, ReadOnly, ShopAdmin, chosen_shop, framed, shops_of

__all__ = ["Plans", "answer_pages", "copy_pages"]  # these register themselves


# What somebody must be allowed to make to decide about such a part.
NEEDED = {
    "campaign": "campaigns.add_campaign",
    "stage": "journeys.change_journey",
    "segment": "segments.add_segment",
}


class WaitingFilter(admin.SimpleListFilter):
    """Those about which somebody has to decide."""

    title = _("decided")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("waits for a decision"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Plan]) -> QuerySet[Plan]:
        if self.value() != "yes":
            return rows
        return rows.filter(pk__in=Plan.objects.waiting().values("pk"))


class GoalForm(forms.Form):
    """What a plan is for, and what it may not go beyond."""

    goal = forms.CharField(
        label=_("What do you want?"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("more second orders")}),
    )
    budget = forms.DecimalField(
        label=_("Budget"),
        help_text=_("Empty: as much as it takes."),
        required=False,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    discount = forms.IntegerField(
        label=_("Discount at most (%)"),
        initial=0,
        min_value=0,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    thousand = forms.DecimalField(
        label=_("What a thousand messages cost"),
        required=False,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )

    channels = forms.MultipleChoiceField(
        label=_("By which channels?"),
        help_text=_("None ticked: by e-mail."),
        required=False,
        initial=["email"],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        offered: Any = self.fields["channels"]
        offered.choices = [(name, str(CHANNELS.get(name, name))) for name in settings.CHANNELS]
        self.unit = 10 ** money.places(currency)
        for name in ("budget", "thousand"):
            self.fields[name].label = f"{self.fields[name].label} ({money.sign(currency)})"
        self.fields["thousand"].initial = planner.Limits.thousand_cents / self.unit

    def limits(self) -> planner.Limits:
        said = self.cleaned_data
        channels = said["channels"] or ["email"]
        limits = planner.Limits(self._cents("budget"), float(said["discount"]), channels)
        each = self._cents("thousand")
        return limits if each is None else replace(limits, thousand_cents=each)

    def _cents(self, name: str) -> int | None:
        amount = self.cleaned_data[name]
        return None if amount is None else round(amount * self.unit)


def _decided(decision: Decision) -> str:
    if decision.campaign:
        return gettext("It is a draft. Read it through, then launch it.")
    if decision.part.startswith("stage:") and decision.verdict != "rejected":
        return gettext("It is on the map. What of its past is known is being worked out.")
    if decision.part.startswith("segment:") and decision.verdict != "rejected":
        return gettext("The segment is there. If it is large, it is filled tonight.")
    return gettext("Noted.")


@admin.register(Plan)
class Plans(OwnPage, ReadOnly, ShopAdmin):
    """The list, the page of one plan, and the buttons that decide."""

    codes = ("author",)
    list_display = ("goal", "author", "decided", "created_at", "shop")
    list_filter = (WaitingFilter, "shop")
    list_select_related = ("shop",)
    actions_list = ("propose",)

    @admin.display(description=_("decided"))
    def decided(self, plan: Plan) -> str:
        return f"{plan.decisions.count()} / {len(plan.parts)}"

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        decide = path("<int:pk>/decide/", admit(require_POST(self.decide)),
                      name="assistant_plan_decide")  # fmt: skip
        progress = path("<int:pk>/progress/", admit(self.progress), name="assistant_plan_progress")
        describe = path("rule/", admit(rule_pages.write), name="assistant_rule_write")
        return [decide, progress, describe, *super().get_urls()]

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("assistant.add_plan"))

    @action(description=_("Plan"), permissions=["propose"], variant="primary")
    def propose(self, request: HttpRequest) -> HttpResponse:
        """Ask for a goal; the plan that follows is a draft."""
        shop = chosen_shop(request, "assistant.add_plan")
        form = GoalForm(shop.currency if shop else "", request.POST or None)
        if shop and request.method == "POST" and form.is_valid():
            try:
                plan = planner.make(shop, form.cleaned_data["goal"], form.limits())
            except planner.NoPlan as fault:
                form.add_error(None, str(fault))
            else:
                return redirect("admin:assistant_plan_change", plan.pk)
        known = {"form": form, "shop": shop, "shops": shops_of(request, "assistant.add_plan")}
        return framed(self, request, "propose", _("Plan"), known)

    def show(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        may = {kind: request.user.has_perm(needed, plan) for kind, needed in NEEDED.items()}
        known = {
            "page": plan_page.Page(plan),
            "may": may["campaign"],
            "may_stages": may["stage"],
            "may_segments": may["segment"],
            "shows_people": request.user.has_perm("customers.view_customer", plan),
        }
        return framed(self, request, "page", plan.goal, known)

    def progress(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far the replays of the plan's campaigns are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        status, share = rehearsals.progress(get_object_or_404(self.get_queryset(request), pk=pk))
        return JsonResponse({"status": status, "progress": round(share, 3)})

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve a part, edited or not, or reject it; who may make such things may decide."""
        plan = get_object_or_404(self.get_queryset(request), pk=pk)
        part, verdict = request.POST.get("part", ""), request.POST.get("verdict", "")
        needed = NEEDED.get(approval.kind_of(part), NEEDED["campaign"])
        if not request.user.has_perm(needed, plan):
            raise PermissionDenied
        try:
            text = request.POST.get("text", "")
            decision = approval.decide(plan, part, verdict, by=request.user, text=text)
        except approval.NotDecided as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, _decided(decision))
        return redirect("admin:assistant_plan_change", plan.pk)
