"""What is done with customers chosen in their list: into a segment, out of it, to a file."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from customers.models import Customer
from segments import editing, exporting, starter
from segments.edit_models import SegmentEdit
from segments.models import Segment
from shops import auditing, locale_fields, undoing
from shops.console import Deed, shops_of
from shops.models import Shop, User
from shops.templatetags.console import figure

MOST_BY_ID = 25_000  # a search finds no more; a longer list may be everybody of one shop
CHANGE, EXPORTS = "segments.change_segment", "segments.export_segment"


@dataclass(frozen=True)
class Chosen:
    """Customers of one shop: by id, or all of them."""

    shop: Shop
    customers: list[int] | None

    @property
    def rows(self) -> QuerySet[Customer]:
        return editing.chosen(self.shop.pk, self.customers)

    @property
    def count(self) -> int:
        return self.rows.count()

    @property
    def said(self) -> str:
        n = self.count
        words = ngettext("%(many)s customer", "%(many)s customers", n)
        return words % {"many": figure(n)}

    @property
    def written(self) -> str:
        """For a hidden field of the form."""
        return "" if self.customers is None else ",".join(map(str, self.customers))


class SegmentForm(forms.Form):
    """A static segment of the shop, or the name of a new one."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Segment"), required=False,
        widget=locale_fields.SearchSelect, empty_label=_("a new one:"),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name of the new segment"), required=False, max_length=100,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip

    def __init__(self, chosen: Chosen, kind: str, said: Any, *, may_add: bool) -> None:
        super().__init__(said)
        self.chosen = chosen
        offered = Segment.in_use.filter(shop=chosen.shop, kind="static").order_by("name")
        self.fields["segment"].queryset = offered  # type: ignore[attr-defined]
        if kind == "remove" or not may_add:
            del self.fields["name"]
            self.fields["segment"].empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        name = said.get("name") if not said.get("segment") else ""
        if name and Segment.objects.filter(shop=self.chosen.shop, name=name).exists():
            self.add_error("name", _("There is a segment of this name already."))
        if not said.get("segment") and not said.get("name") and not self.errors:
            self.add_error("name" if "name" in self.fields else "segment", _("Say which segment."))
        return said

    def target(self) -> Segment:
        """The segment that was picked, or a new one of that name."""
        said = self.cleaned_data
        if said["segment"]:
            return cast(Segment, said["segment"])
        key = starter.free_key(self.chosen.shop, slugify(said["name"])[:50] or "list")
        return Segment.objects.create(
            shop=self.chosen.shop, name=said["name"], key=key, kind="static"
        )


def _begin(kind: str) -> Any:
    """The action: who was chosen, and a page that says how many and asks into what."""

    def do(of: Any, request: HttpRequest, rows: QuerySet[Customer]) -> HttpResponse | None:
        among = rows.order_by()
        shops = list(Shop.objects.filter(pk__in=among.values("shop").distinct())[:2])
        if len(shops) != 1:
            said = _("They belong to several shops: filter the list by one of them first.")
            messages.error(request, said if shops else _("Your role may not do that here."))
            return None
        ids = list(among.values_list("pk", flat=True)[: MOST_BY_ID + 1])
        everybody = Chosen(shops[0], None)
        if len(ids) <= MOST_BY_ID:
            return _show(of, request, kind, Chosen(shops[0], ids))
        if everybody.rows.exclude(pk__in=among.values("pk")).exists():
            messages.error(
                request, _("These are too many to name and not everybody: make a segment of them.")
            )
            return None
        return _show(of, request, kind, everybody)

    return do


ADD = Deed("add_to_segment", _("Add to a segment"), CHANGE, _begin("add"))
REMOVE = Deed("remove_from_segment", _("Remove from a segment"), CHANGE, _begin("remove"))
EXPORT = Deed("export_chosen", _("Export"), EXPORTS, _begin("export"))
TITLES = {
    "add": _("Add %s to a segment"),
    "remove": _("Remove %s from a segment"),
    "export": _("Export %s"),
}


def _show(
    of: Any, request: HttpRequest, kind: str, chosen: Chosen, form: SegmentForm | None = None
) -> HttpResponse:
    if form is None and kind != "export":
        may_add = request.user.has_perm("segments.add_segment", chosen.shop)
        form = SegmentForm(chosen, kind, None, may_add=may_add)
    context = {
        **of.admin_site.each_context(request), "chosen": chosen, "form": form, "kind": kind,
        "title": TITLES[kind] % chosen.said, "formats": exporting.FORMATS,
        "personal": request.user.has_perm("shops.see_personal_data", chosen.shop),
    }  # fmt: skip
    return TemplateResponse(request, "segments/chosen.html", context)


class ChosenPages:
    """Mixed into the segments' admin."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        own = {
            "chosen/<str:kind>/": ("segments_chosen", self.chosen),
            "edits/<int:pk>/undo/": ("segments_edit_undo", self.undo_edit),
            "edits/<int:pk>/go-on/": ("segments_edit_go_on", self.go_on),
        }
        return [
            *(path(at, require_POST(admit(view)), name=name) for at, (name, view) in own.items()),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def chosen(self, request: HttpRequest, kind: str) -> HttpResponse:
        """What the page of an action asked for: do it."""
        if kind not in TITLES:
            raise Http404
        chosen = _chosen(request, EXPORTS if kind == "export" else CHANGE)
        if kind == "export":
            return _export(self, request, chosen)
        may_add = request.user.has_perm("segments.add_segment", chosen.shop)
        form = SegmentForm(chosen, kind, request.POST, may_add=may_add)
        if not form.is_valid():
            return _show(self, request, kind, chosen, form)
        with transaction.atomic():
            edit = editing.ask(
                form.target(), kind, chosen.customers, by=cast(User, request.user)
            )  # fmt: skip
        _tell(request, edit)
        return redirect("admin:segments_segment_members", edit.segment_id)

    def undo_edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        edit = _edit(request, pk)
        back = editing.undo(edit, by=cast(User, request.user))
        auditing.note(request, back.shop_id, auditing.name_of(back.segment),
                      {"undone": [edit.moved, back.moved]})  # fmt: skip
        messages.success(request, gettext("Undone: the segment is as it was."))
        return redirect("admin:segments_segment_members", edit.segment_id)

    def go_on(self, request: HttpRequest, pk: int) -> HttpResponse:
        edit = _edit(request, pk)
        editing.go_on(edit)
        return redirect("admin:segments_segment_members", edit.segment_id)


def _edit(request: HttpRequest, pk: int) -> SegmentEdit:
    return get_object_or_404(SegmentEdit, pk=pk, shop__in=shops_of(request, CHANGE))


def _chosen(request: HttpRequest, right: str) -> Chosen:
    """Whom the form speaks of; only customers of a shop in which the user may do this."""
    asked = request.POST.get("shop", "")
    shop = get_object_or_404(shops_of(request), pk=asked if asked.isdigit() else 0)
    if not request.user.has_perm(right, shop):
        raise PermissionDenied
    if request.POST.get("everybody"):
        return Chosen(shop, None)
    said = request.POST.get("customers", "").split(",")[:MOST_BY_ID]
    ids = [int(each) for each in said if each.isascii() and each.isdigit() and len(each) < 19]
    return Chosen(shop, list(editing.chosen(shop.pk, ids).values_list("pk", flat=True)))


def _export(of: Any, request: HttpRequest, chosen: Chosen) -> HttpResponse:
    personal = request.user.has_perm("shops.see_personal_data", chosen.shop)
    format, by = request.POST.get("format", ""), cast(User, request.user)
    try:
        export = exporting.ask_chosen(
            chosen.shop, chosen.customers, format=format, by=by, personal=personal
        )
    except exporting.ExportFault as fault:
        messages.error(request, str(fault))
        return _show(of, request, "export", chosen)
    told = {"customers": [0, export.row_count], "format": ["", format]}
    auditing.note(request, chosen.shop.pk, auditing.name_of(export), told)
    return redirect("admin:segments_exports_of_chosen")


def _tell(request: HttpRequest, edit: SegmentEdit) -> None:
    """In the trail, and to who did it, with a way back."""
    auditing.note(request, edit.shop_id, auditing.name_of(edit.segment),
                  {edit.kind: [0, edit.whole]})  # fmt: skip
    if edit.finished_at is None:
        said = gettext("%(many)s customers are on their way: this page says how far it is.")
        said %= {"many": figure(edit.whole)}
    elif edit.kind == "add":
        said = ngettext(
            "%(many)s customer was added to “%(segment)s”.",
            "%(many)s customers were added to “%(segment)s”.", edit.moved,
        ) % {"many": figure(edit.moved), "segment": edit.segment}  # fmt: skip
    else:
        said = ngettext(
            "%(many)s customer was removed from “%(segment)s”.",
            "%(many)s customers were removed from “%(segment)s”.", edit.moved,
        ) % {"many": figure(edit.moved), "segment": edit.segment}  # fmt: skip
    url = reverse("admin:segments_edit_undo", args=[edit.pk])
    undoing.offer(request, said, url=url, action="undo", rows=[edit])
