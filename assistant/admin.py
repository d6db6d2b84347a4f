"""Plans: proposed, looked at beside what they cite, decided part by part."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from assistant import answer_pages, approval, plan_page, planner, rule_pages
from assistant.models import Plan
from shops.console import OwnPage, ReadOnly, ShopAdmin, chosen_shop, shops_of

__all__ = ["Plans", "answer_pages"]  # the inbox registers itself


class GoalForm(forms.Form):
    """What a plan is for, and what it may not go beyond."""

    goal = forms.CharField(
        label=_("What do you want?"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("more second orders")}),
    )
    budget = forms.IntegerField(
        label=_("Budget, in whole units of the shop's currency"),
        required=False,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    discount = forms.IntegerField(
        label=_("Discount at most, in per cent"),
        initial=0,
        min_value=0,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def limits(self) -> planner.Limits:
        budget = self.cleaned_data["budget"]
        cents = None if budget is None else budget * 100
        return planner.Limits(cents, float(self.cleaned_data["discount"]))


@admin.register(Plan)
class Plans(OwnPage, ReadOnly, ShopAdmin):
    """The list, the page of one plan, and the buttons that decide."""

    codes = ("author",)
    list_display = ("goal", "author", "decided", "created_at", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    actions_list = ("propose",)

    @admin.display(description=_("decided"))
    def decided(self, plan: Plan) -> str:
        return f"{plan.decisions.count()} / {len(plan.proposal['campaigns'])}"

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        decide = path("<int:pk>/decide/", admit(require_POST(self.decide)),
                      name="assistant_plan_decide")  # fmt: skip
        describe = path("rule/", admit(rule_pages.write), name="assistant_rule_write")
        return [decide, describe, *super().get_urls()]

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("assistant.add_plan"))

    @action(description=_("Plan"), permissions=["propose"], variant="primary")
    def propose(self, request: HttpRequest) -> HttpResponse:
        """Ask for a goal; the plan that follows is a draft."""
        shop = chosen_shop(request, "assistant.add_plan")
        form = GoalForm(request.POST or None)
        if shop and request.method == "POST" and form.is_valid():
            try:
                plan = planner.make(shop, form.cleaned_data["goal"], form.limits())
            except planner.NoPlan as fault:
                form.add_error(None, str(fault))
            else:
                return redirect("admin:assistant_plan_change", plan.pk)
        known = {"form": form, "shop": shop, "shops": shops_of(request, "assistant.add_plan")}
        return self._page(request, "propose", _("Plan"), known)

    def show(self, request: HttpRequest, plan: Plan) -> HttpResponse:
        may = request.user.has_perm("campaigns.add_campaign", plan)
        return self._page(request, "page", plan.goal, {"page": plan_page.Page(plan), "may": may})

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve or reject one part; who may make campaigns may decide."""
        plan = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.has_perm("campaigns.add_campaign", plan):
            raise PermissionDenied
        part, verdict = request.POST.get("part", ""), request.POST.get("verdict", "")
        try:
            decision = approval.decide(plan, part, verdict, by=request.user)
        except approval.NotDecided as fault:
            messages.error(request, str(fault))
        else:
            said = gettext("It is a draft. Read it through, then launch it.")
            messages.success(request, said if decision.campaign else gettext("Noted."))
        return redirect("admin:assistant_plan_change", plan.pk)

    def _page(
        self, request: HttpRequest, name: str, title: Any, known: dict[str, Any]
    ) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/assistant/plan/{name}.html", {**context, **known})
