"""The pages on which a file is uploaded, mapped, tried out, imported and its rejects fetched."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from customers import file_imports, tables
from customers.import_kinds import KINDS
from customers.models import FileImport
from shops.console import is_part, shops_of
from shops.models import Shop, User
from shops.sheets import csv_line


class UploadForm(forms.Form):
    """Which file, of what, for which shop."""

    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=_("Shop"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    kind = forms.ChoiceField(
        choices=[(name, kind.label) for name, kind in KINDS.items()],
        label=_("What is in it"),
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(
        label=_("File"), widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.jsonl"})
    )

    def __init__(self, shops: QuerySet[Shop], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            most = settings.IMPORT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(gettext("The file is larger than %d MB: split it.") % most)
        return file


class ImportPages:
    """Mixed into the admin of file imports."""

    actions_list = ("upload",)

    def get_urls(self: Any) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("<int:pk>/cancel/", admit(require_POST(self.cancel)), name="import_cancel"),
            path("<int:pk>/rejects/", admit(self.rejects), name="import_rejects"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @action(description=_("Import a file"), permissions=["upload"], variant="primary")
    def upload(self: Any, request: HttpRequest) -> HttpResponse:
        form = UploadForm(
            shops_of(request, "customers.add_fileimport"),
            request.POST or None,
            request.FILES or None,
        )
        if form.is_valid():
            said, name = form.cleaned_data, cast(User, request.user).get_username()
            file = said["file"]
            try:
                record = file_imports.begin(said["shop"], said["kind"], file.name, file, by=name)
            except tables.FileFault as fault:
                form.add_error("file", str(fault))
            else:
                return redirect("admin:customers_fileimport_change", record.pk)
        most = settings.IMPORT_MAX_BYTES // 1_000_000
        return self._page(request, "upload", _("Import a file"), {"form": form, "most": most})

    def has_upload_permission(self, request: HttpRequest, row: Any = None) -> bool:
        return request.user.has_perm("customers.add_fileimport", row)

    def change_view(
        self: Any, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Before it starts: columns and a trial; afterwards: how far it is."""
        record = self._own(request, int(object_id) if object_id.isdigit() else 0)
        if record.status != "uploaded":
            earlier = FileImport.objects.filter(shop=record.shop, pk__lt=record.pk)
            known = {"record": record, "rejects": record.rejects.order_by("row")[:20],
                     "is_first": not earlier.exists()}  # fmt: skip
            name = "progress_part" if is_part(request) else "progress"
            return self._page(request, name, record.file_name, known)
        if request.method == "POST":
            fields = KINDS[record.kind].fields
            mapping = {each.name: request.POST.get(f"of_{each.name}", "") for each in fields}
            only_gaps = request.POST.get("only_gaps") == "1"
            file_imports.choose(record, mapping, only_gaps=only_gaps)
            if request.POST.get("do") == "import":
                file_imports.start(record)
            return redirect("admin:customers_fileimport_change", record.pk)
        trial = file_imports.try_out(record)
        known = {"record": record, "trial": trial, "lines": list(_lines(record, trial))}
        return self._page(request, "mapping", record.file_name, known)

    def cancel(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        if file_imports.cancel(self._own(request, pk)):
            messages.info(request, gettext("Cancelled. What was read already stays."))
        return redirect("admin:customers_fileimport_change", pk)

    def rejects(self: Any, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        record = self._own(request, pk)
        lines = map(csv_line, file_imports.reject_lines(record))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-{record.pk}.csv"'
        return answer

    def _own(self: Any, request: HttpRequest, pk: int) -> FileImport:
        """An import of the user's shops, for those who may bring files in."""
        record: FileImport = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_upload_permission(request, record):
            raise PermissionDenied
        return record

    def _page(
        self: Any, request: HttpRequest, name: str, title: Any, known: dict[str, Any]
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, **known}
        return TemplateResponse(request, f"admin/customers/fileimport/{name}.html", context)


def _lines(record: FileImport, trial: file_imports.Trial) -> Iterator[dict[str, Any]]:
    """Each field with the column chosen for it and a value from there."""
    for each in KINDS[record.kind].fields:
        column = record.mapping.get(each.name, "")
        yield {"field": each, "column": column, "sample": trial.samples.get(column, "")}
