"""Segments by rule and persona."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from segments import (
    builder_pages,
    count_pages,
    editing,
    member_page,
    membership,
    persona_page,
    removal,
    rfm,
    rfm_page,
    rules,
    starter,
)
from segments.archive_pages import ArchiveFilter, ArchivePages
from segments.choices import Names, name_rows
from segments.chosen_pages import ChosenPages
from segments.export_pages import ExportPages
from segments.models import Clustering, RfmScore, Segment
from segments.rule_field import RuleField, RuleWidget
from segments.why_pages import WhyPages
from shops import code_words
from shops.console import ReadOnly, ShopAdmin, chosen_shop
from shops.templatetags.console import figure, percent


class SegmentForm(forms.ModelForm):
    """A rule is required of rule segments only."""

    rule = RuleField(required=False, widget=RuleWidget(own_key="key"), label=_("Who is in it"))

    class Meta:
        model = Segment
        fields = ("shop", "name", "key", "description", "rule")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk is None and cleaned.get("key") and cleaned.get("shop"):
            # The shop may have been picked after the key was made for another one.
            cleaned["key"] = starter.free_key(cleaned["shop"], cleaned["key"])
        if self.instance.kind == "rule" and "rule" in cleaned and not cleaned["rule"]:
            self.add_error("rule", _("A segment needs a rule; see docs/rules.md."))
        if cleaned.get("rule") and cleaned.get("shop"):
            try:
                rules.compile(cleaned["rule"], shop=cleaned["shop"], of=cleaned.get("key", ""))
            except rules.RuleError as fault:
                self.add_error("rule", str(fault))
        return cleaned


@admin.register(Segment)
class Segments(ChosenPages, ArchivePages, ExportPages, WhyPages, ShopAdmin):
    """Groups of customers; saving one fills it at once."""

    codes = ("kind",)
    form = SegmentForm
    change_form_template = "segments/segment_page.html"
    list_before_template = "segments/list_top.html"
    list_display = ("name", "sort", "in_words", "size", "refreshed", "trouble", "shop")
    list_filter = ("kind", ArchiveFilter, "shop")
    list_select_related = ("shop",)
    search_fields = ("name__istartswith",)
    prepopulated_fields = {"key": ["name"]}
    readonly_fields = ("in_words", "member_count", "refreshed_at", "fault")
    actions = ("recount", "archive", "bring_back")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        asked = [
            path("rule/offer/", view(builder_pages.offer), name="segments_rule_offer"),
            path("rule/values/", view(builder_pages.values), name="segments_rule_values"),
            path("rule/look/", view(builder_pages.look), name="segments_rule_look"),
            path("rule/people/", view(builder_pages.people), name="segments_rule_people"),
            path("rule/counts/", view(count_pages.start), name="segments_rule_count_start"),
            path("rule/counts/<int:pk>/", view(count_pages.show), name="segments_rule_count"),
            path(
                "rule/counts/<int:pk>/cancel/",
                view(count_pages.cancel),
                name="segments_rule_count_cancel",
            ),
            path("<int:pk>/members/", view(self.members), name="segments_segment_members"),
        ]
        return asked + super().get_urls()

    def members(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who is in it now; from `?after=` on, along an index."""
        segment = get_object_or_404(self.get_queryset(request).select_related("shop"), pk=pk)
        if not request.user.has_perm("customers.view_customer", segment):
            raise PermissionDenied
        asked = request.GET.get("after", "")
        after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": segment.name,
            "segment": segment,
            "page": member_page.show(segment, after=after),
            "edit": editing.latest(segment),
            "is_later": bool(after),
        }
        return TemplateResponse(request, "segments/members.html", context)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """One look-up of names for all rows of a shop."""
        found = super().get_changelist_instance(request)
        name_rows(found.result_list, Names)
        return found

    def get_list_display(self, request: HttpRequest) -> Any:
        """Faults have a column while there are any."""
        names = super().get_list_display(request)
        faulty = self.get_queryset(request).exclude(fault="").exists()
        return names if faulty else [name for name in names if name != "trouble"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "ready_made": starter.SEGMENTS}
        return super().changelist_view(request, context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The user's shop, and the ready-made segment that was chosen."""
        initial: dict[str, Any] = {"shop": chosen_shop(request, self.right("add"))}
        key = request.GET.get("ready", "")
        if key in starter.SEGMENTS:
            made = starter.SEGMENTS[key]
            known = {"name": made.name, "description": made.about, "rule": made.rule}
            initial |= {"key": starter.free_key(initial["shop"], key), **known}
        return initial

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {**(extra_context or {}), "ready_made": starter.SEGMENTS}
        return super().changeform_view(request, object_id, form_url, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A persona is looked at: the next run would overwrite whatever was typed."""
        segment = self.get_object(request, object_id)
        known = {"persona": persona_page.of(segment)} if _is_persona(segment) else {}
        shown = {"show_save": False, "show_save_and_continue": False} if known else {}
        context = {**(extra_context or {}), **known, **shown}
        return super().change_view(request, object_id, form_url, context)

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *SegmentForm.Meta.fields[:-1]) if _is_persona(obj) else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @display(
        description=_("kind"), label={"rule": "info", "persona": "success", "static": "warning"}
    )
    def sort(self, segment: Segment) -> tuple[str, str]:
        return segment.kind, code_words.said(segment.kind)

    @admin.display(description=_("members"), ordering="member_count")
    def size(self, segment: Segment) -> str:
        url = reverse("admin:segments_segment_members", args=[segment.pk])
        return format_html('<a href="{}">{}</a>', url, figure(segment.member_count))

    @admin.display(description=_("refreshed"), ordering="refreshed_at")
    def refreshed(self, segment: Segment) -> str:
        return naturaltime(segment.refreshed_at) if segment.refreshed_at else str(_("not yet"))

    @display(description=_("fault"), label="danger")
    def trouble(self, segment: Segment) -> str:
        return segment.fault

    @admin.display(description=_("in words"))
    def in_words(self, segment: Segment) -> str:
        if segment.kind == "persona":
            return persona_page.in_words(segment)
        if not segment.rule:
            return segment.description
        names = getattr(segment, "names", None) or Names(segment.shop)
        return capfirst(rules.describe(segment.rule, names=names))

    def save_model(
        self,
        request: HttpRequest,
        segment: Segment,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_model(request, segment, form, change)
        if segment.kind == "rule" and not membership.fill(segment):
            self.message_user(request, _("It is large: it will be filled tonight."), "warning")

    @admin.action(description=_("Count again now"), permissions=["change"])
    def recount(self, request: HttpRequest, segments: QuerySet[Segment]) -> None:
        """The chosen ones by their rules, without waiting for what refreshes them by itself."""
        chosen = segments.filter(kind="rule", archived_at=None).select_related("shop")
        filled = sum(membership.fill(segment) for segment in chosen)
        said = ngettext(
            "%(number)d segment was counted again.",
            "%(number)d segments were counted again.",
            filled,
        )
        messages.success(request, said % {"number": filled})
        if filled < (asked := segments.count()):
            left = gettext("Not counted, because large, faulty or not made by a rule: %(number)d")
            messages.warning(request, left % {"number": asked - filled})

    def delete_model(self, request: HttpRequest, segment: Segment) -> None:
        try:
            removal.delete(segment)
        except removal.SegmentInUse as fault:
            self.message_user(request, str(fault), "error")

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for segment in queryset:
            self.delete_model(request, segment)


def _is_persona(segment: Segment | None) -> bool:
    return segment is not None and segment.kind == "persona"


@admin.register(Clustering)
class Clusterings(ReadOnly, ShopAdmin):
    """Every run of k-means; above them what the last one found, and why that many."""

    list_display = ("computed_at", "customer_count", "cluster_count", "moved", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    list_before_template = "segments/personas.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = persona_page.show(chosen_shop(request, *self.seen_with()))
        return super().changelist_view(request, {**(extra_context or {}), "personas": page})

    @admin.display(description=_("moved to another persona"))
    def moved(self, run: Clustering) -> str:
        return percent(run.drift)


@admin.register(RfmScore)
class RfmScores(ReadOnly, ShopAdmin):
    """The RFM grid with its groups; a click on one shows its customers below."""

    list_display = ("customer", "recency", "frequency", "monetary", "group_name", "shop")
    exclude = ("group",)
    readonly_fields = ("group_name",)
    list_filter = ("shop",)
    list_select_related = ("shop", "customer")
    list_before_template = "segments/rfm.html"
    ordering = ["customer"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in {"group", "recency"} or super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = rfm_page.show(chosen_shop(request, *self.seen_with()), request.GET.get("group", ""))
        return super().changelist_view(request, {**(extra_context or {}), "rfm": page})

    @display(description=_("group"), label=True)
    def group_name(self, score: RfmScore) -> str:
        return str(rfm.NAMED[score.group].label) if score.group in rfm.NAMED else score.group
