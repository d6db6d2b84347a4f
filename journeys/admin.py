"""Journeys and the rules of their stages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminColorInputWidget

from journeys import report, stages
from journeys.models import Journey, Stage
from segments import rules
from segments.rule_field import RuleField
from shops.console import ShopAdmin


class StageForm(forms.ModelForm):
    """A stage with its rule checked."""

    rule = RuleField()

    class Meta:
        model = Stage
        fields = ("name", "key", "position", "priority", "colour", "rule")
        widgets = {"colour": UnfoldAdminColorInputWidget}


class Stages(StackedInline):
    """The stages of a journey, as tabs of rules."""

    model = Stage
    form = StageForm
    extra = 0
    fields = (("name", "key"), ("position", "priority", "colour"), "rule", "in_words", "fault")
    readonly_fields = ("in_words", "fault")
    ordering = ("position",)

    @admin.display(description=_("in words"))
    def in_words(self, stage: Stage) -> str:
        return rules.describe(stage.rule, shop=stage.shop) if stage.rule else "–"


@admin.register(Journey)
class Journeys(ShopAdmin):
    """Maps of stages; saving one places everybody anew."""

    list_display = ("name", "key", "active", "customers_by_stage", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    inlines = (Stages,)

    @admin.display(description=_("customers"))
    def customers_by_stage(self, journey: Journey) -> str:
        counts = report.stage_counts(journey)
        return " · ".join(f"{count.stage.name} {count.customer_count}" for count in counts)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        for stage in formset.save(commit=False):
            stage.shop = form.instance.shop
        formset.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        stages.place(form.instance.shop)
