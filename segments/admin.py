"""Segments by rule and persona."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from segments import membership, rules
from segments.models import Clustering, Segment
from segments.rule_field import RuleField
from shops.console import ReadOnly, ShopAdmin


class SegmentForm(forms.ModelForm):
    """A rule is required of rule segments only."""

    rule = RuleField(required=False)

    class Meta:
        model = Segment
        fields = ("shop", "name", "key", "description", "rule")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.kind == "rule" and "rule" in cleaned and not cleaned["rule"]:
            self.add_error("rule", _("A segment needs a rule; see docs/rules.md."))
        return cleaned


@admin.register(Segment)
class Segments(ShopAdmin):
    """Groups of customers; saving one fills it at once."""

    form = SegmentForm
    list_display = ("name", "sort", "in_words", "member_count", "refreshed_at", "fault", "shop")
    list_filter = ("kind", "shop")
    list_select_related = ("shop",)
    search_fields = ("name__istartswith",)
    prepopulated_fields = {"key": ["name"]}
    readonly_fields = ("in_words", "member_count", "refreshed_at", "fault")

    @display(description=_("kind"), label={"rule": "info", "persona": "success"})
    def sort(self, segment: Segment) -> str:
        return segment.kind

    @admin.display(description=_("in words"))
    def in_words(self, segment: Segment) -> str:
        return rules.describe(segment.rule) if segment.rule else segment.description

    def save_model(
        self,
        request: HttpRequest,
        segment: Segment,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_model(request, segment, form, change)
        membership.refresh(segment.shop)


@admin.register(Clustering)
class Clusterings(ReadOnly, ShopAdmin):
    """Every run of k-means: how many personas it found, and why that many."""

    list_display = ("computed_at", "customer_count", "cluster_count", "silhouettes", "shop")
    list_select_related = ("shop",)
