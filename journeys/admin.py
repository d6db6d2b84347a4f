"""Journeys and the rules of their stages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminSelectWidget

from journeys import back_dating, backfill, report
from journeys.console import JourneyPages
from journeys.models import Journey, Stage, StageVisit
from segments import rules
from segments.rule_field import RuleField
from shops.console import ReadOnly, ShopAdmin, is_part
from shops.templatetags.console import figure

OUTCOMES = [("", _("on the way")), ("goal", _("the goal")), ("loss", _("a loss"))]


class StageForm(forms.ModelForm):
    """A stage with its rules checked."""

    rule = RuleField(
        label=_("Rule"),
        help_text=_("Who is here; of several that match, the lowest priority wins."),
    )
    exit_rule = RuleField(
        label=_("Exit rule"),
        required=False,
        help_text=_("Who is not here, whatever the rule says. May be empty."),
    )
    outcome = forms.ChoiceField(
        choices=OUTCOMES,
        required=False,
        label=_("What it means to be here"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("A loss counts as drop-off; the goal is what plans aim at."),
    )

    class Meta:
        model = Stage
        fields = ("name", "key", "position", "priority", "colour", "outcome", "expected_days",
                  "rule", "exit_rule")  # fmt: skip
        widgets = {"colour": UnfoldAdminColorInputWidget}


class Stages(StackedInline):
    """The stages of a journey, as tabs of rules."""

    model = Stage
    form = StageForm
    extra = 0
    fields = (
        ("name", "key"),
        ("position", "priority", "colour"),
        ("outcome", "expected_days"),
        ("rule", "exit_rule"),
        "in_words",
        "past",
        "fault",
    )
    readonly_fields = ("in_words", "past", "fault")
    ordering = ("position",)

    @admin.display(description=_("in words"))
    def in_words(self, stage: Stage) -> str:
        return rules.describe(stage.whole_rule, shop=stage.shop) if stage.rule else "–"

    @admin.display(description=_("its past"))
    def past(self, stage: Stage) -> str:
        """Whether the rule can be asked of the past, and what it takes for granted if so."""
        if not stage.rule:
            return "–"
        missing = back_dating.obstacles(stage.whole_rule)
        if missing:
            return gettext("begins with the first recorded stay: asks for %s") % ", ".join(missing)
        today = back_dating.taken_as_today(stage.whole_rule)
        if today:
            return gettext("can be worked out; %s is taken as it is today") % ", ".join(today)
        return gettext("can be worked out from orders and touchpoints")


@admin.register(Journey)
class Journeys(JourneyPages, ShopAdmin):
    """Maps of stages; saving one places everybody anew."""

    actions_list = ("ready_made", "to_ways")
    actions_detail = ("to_map",)
    change_form_outer_before_template = "journeys/past.html"
    fields = (("shop", "active"), ("name", "key"), "description")
    prepopulated_fields = {"key": ["name"]}
    list_display = ("name", "on_map", "active", "customers_by_stage", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    inlines = (Stages,)

    @admin.display(description=_("map"))
    def on_map(self, journey: Journey) -> SafeString:
        address = reverse("admin:journeys_journey_map", args=[journey.pk])
        return format_html('<a class="wm-link" href="{}">{}</a>', address, gettext("Open the map"))

    @admin.display(description=_("customers"))
    def customers_by_stage(self, journey: Journey) -> str:
        counts = report.stage_counts(journey)
        return " · ".join(f"{count.stage.name} {figure(count.customer_count)}" for count in counts)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        for stage in formset.save(commit=False):
            stage.shop = form.instance.shop
        formset.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        self.begun(form.instance, changed=change)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        journey = self.get_object(request, object_id)
        known = _past_of(journey) if journey else {}
        if known and is_part(request) and self.has_view_permission(request, journey):
            return render(request, "journeys/past_part.html", known)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **known})


def _past_of(journey: Journey) -> dict[str, Any]:
    """What a page says of a journey's past."""
    return {
        "journey": journey,
        "percent": backfill.percent_filled(journey),
        "without_past": backfill.without_past(journey),
    }


@admin.register(StageVisit)
class StageVisits(ReadOnly, ShopAdmin):
    """Who stood where and went whither: what the figures of the map lead to."""

    list_display = ("customer_name", "stage", "entered_at", "left_at", "left_to", "came_from")
    list_display_links = None
    list_select_related = ("customer", "stage", "left_to", "came_from")

    @admin.display(description=_("customer"))
    def customer_name(self, visit: StageVisit) -> SafeString:
        address = reverse("admin:customers_customer_change", args=[visit.customer_id])
        return format_html('<a href="{}">{}</a>', address, visit.customer)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        asked = {"stage__id__exact", "left_to__id__exact", "left_to__isnull", "left_at__isnull"}
        return lookup in asked or super().lookup_allowed(lookup, value, request)
