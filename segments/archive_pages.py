"""Segments that are out of use: kept with their members, out of lists and pickers."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from segments import removal
from segments.models import Segment
from shops import undoing


class ArchiveFilter(admin.SimpleListFilter):
    """Those in use, unless the archived ones are asked for."""

    title = _("archive")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("archived"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("in use")}
        yield from others

    def queryset(self, request: HttpRequest, rows: QuerySet[Segment]) -> QuerySet[Segment]:
        return rows.filter(archived_at__isnull=self.value() != "yes")


class ArchivePages:
    """Mixed into the segments' admin."""

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, segments: QuerySet[Segment]) -> None:
        """Out of use; what something else uses stays, and is said with the place."""
        done = []
        for segment in segments.filter(archived_at=None).select_related("shop"):
            if segment.kind == "persona":
                refused = _("“%s” is a persona: those come and go with every search.")
                messages.error(request, refused % segment)
                continue
            try:
                removal.archive(segment)
            except removal.SegmentInUse as fault:
                messages.error(request, str(fault))
            else:
                done.append(segment)
        said = ngettext("%(n)d segment was archived.", "%(n)d segments were archived.", len(done))
        url = f"{reverse('admin:segments_segment_changelist')}?archived=yes"
        if done:
            undoing.offer(request, said % {"n": len(done)}, url=url, action="bring_back", rows=done)

    @admin.action(description=_("Bring back from the archive"), permissions=["change"])
    def bring_back(self, request: HttpRequest, segments: QuerySet[Segment]) -> None:
        archived = list(segments.exclude(archived_at=None).select_related("shop"))
        for segment in archived:
            removal.bring_back(segment)
        said = ngettext(
            "%(n)d segment is in use again.", "%(n)d segments are in use again.", len(archived)
        )
        messages.success(request, said % {"n": len(archived)})
