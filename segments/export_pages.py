"""The page on which a segment is taken away as a file, and the link to it."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action

from segments import exporting
from segments.export_models import SegmentExport
from shops import files
from shops.console import is_part, row_of, shops_of
from shops.models import User

SHOWN = 10
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportPages:
    """Mixed into the segments' admin."""

    actions_detail = ("export",)

    def get_urls(self: Any) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("exports/<str:token>/file/", admit(self.file), name="segments_export_file"),
            path("exports/", admit(self.exports_of_chosen), name="segments_exports_of_chosen"),
            path(
                "exports/<int:pk>/cancel/",
                admit(require_POST(self.cancel_export)),
                name="segments_export_cancel",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @action(description=_("Export"), permissions=["export"])
    def export(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose a format; below it what was asked for before, with progress and links."""
        pk = int(object_id) if object_id.isdigit() else 0
        segment = get_object_or_404(self.get_queryset(request).select_related("shop"), pk=pk)
        if not self.has_export_permission(request, segment):
            raise PermissionDenied
        personal = request.user.has_perm("shops.see_personal_data", segment)
        if request.method == "POST":
            chosen = request.POST.get("format", "")
            try:
                by = cast(User, request.user)
                exporting.ask(segment, format=chosen, by=by, personal=personal)
            except exporting.ExportFault as fault:
                messages.error(request, str(fault))
            return redirect("admin:segments_segment_export", segment.pk)
        known = {
            "segment": segment,
            "personal": personal,
            "formats": exporting.FORMATS,
            "exports": [(each, _address(each)) for each in _own(segment, request)],
            "title": _("Export %s") % segment.name,
            "address": reverse("admin:segments_segment_export", args=[segment.pk]),
        }
        known["is_busy"] = any(not each.is_over for each, _address in known["exports"])
        if is_part(request):
            return TemplateResponse(request, "segments/export_list.html", known)
        context = {**self.admin_site.each_context(request), **known}
        return TemplateResponse(request, "segments/export.html", context)

    def has_export_permission(self, request: HttpRequest, row: Any = None) -> bool:
        return request.user.has_perm("segments.export_segment", row_of(row))

    def cancel_export(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        export = self._visible_export(request, pk)
        if exporting.cancel(export):
            messages.info(request, gettext("The export was cancelled."))
        if export.segment_id is None:
            return redirect("admin:segments_exports_of_chosen")
        return redirect("admin:segments_segment_export", export.segment_id)

    def exports_of_chosen(self: Any, request: HttpRequest) -> HttpResponse:
        """What became of the customers who were chosen in their list to be exported."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        shops = shops_of(request, "segments.export_segment")
        exports = [(each, _address(each)) for each in _own(None, request) if each.shop in shops]
        known = {
            "exports": exports,
            "address": reverse("admin:segments_exports_of_chosen"),
            "is_busy": any(not each.is_over for each, _address in exports),
            "title": _("Exports of customers"),
        }
        if is_part(request):
            return TemplateResponse(request, "segments/export_list.html", known)
        context = {**self.admin_site.each_context(request), **known}
        return TemplateResponse(request, "segments/exports_of_chosen.html", context)

    def file(self: Any, request: HttpRequest, token: str) -> StreamingHttpResponse:
        """The file, for whoever may see it still: the link alone opens nothing."""
        pk = exporting.linked(token)
        export = self._visible_export(request, pk) if pk else None
        if export is None or export.file is None:
            raise Http404(gettext("This link has expired: export the segment again."))
        if export.personal and not request.user.has_perm("shops.see_personal_data", export):
            raise PermissionDenied
        answer = StreamingHttpResponse(files.read(export.file), content_type=TYPES[export.format])
        answer["Content-Disposition"] = f'attachment; filename="{export.file.name}"'
        answer["Content-Length"] = str(export.file.size)
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _visible_export(self: Any, request: HttpRequest, pk: int) -> SegmentExport:
        """An export of the user's shops that is their own, or anybody's for a superuser."""
        visible = SegmentExport.objects.filter(shop__in=shops_of(request))
        if not request.user.is_superuser:
            visible = visible.filter(asked_by=request.user.pk)
        export: SegmentExport = get_object_or_404(visible.select_related("file"), pk=pk)
        if not self.has_export_permission(request, export):
            raise PermissionDenied
        return export


def _own(segment: Any, request: HttpRequest) -> list[SegmentExport]:
    rows = SegmentExport.objects.filter(segment=segment).select_related("file", "shop")
    if not request.user.is_superuser:
        rows = rows.filter(asked_by=request.user.pk)
    return list(rows.order_by("-pk")[:SHOWN])


def _address(export: SegmentExport) -> str:
    if export.file is None:
        return ""
    return reverse("admin:segments_export_file", args=[exporting.link(export)])
