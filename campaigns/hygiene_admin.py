"""The admin's page of list hygiene: what is wrong with how many addresses, and what to do."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns import hygiene
from campaigns.hygiene import Kind
from campaigns.hygiene_models import ListHygiene
from shops import auditing
from shops.console import OwnPage, ReadOnly, ShopAdmin, framed, shops_of

RIGHTS = {
    "segment": "segments.add_segment",
    "export": "segments.export_segment",
    "bar": "customers.add_suppression",
}


@admin.register(ListHygiene)
class ListHygienes(OwnPage, ReadOnly, ShopAdmin):
    """One row a shop, counted each night and by a click."""

    list_display = ("shop", "sound", "counted_at")
    list_select_related = ("shop",)

    @admin.display(description=_("sound addresses"))
    def sound(self, found: ListHygiene) -> str:
        return f"{found.counts['sound']} / {found.counts['all']}" if found.counts else "–"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Each shop has its row from the first look on; it is counted when it is opened."""
        shops = shops_of(request, self.right("view"))
        for shop in shops.filter(listhygiene=None)[:20]:
            ListHygiene.objects.get_or_create(shop=shop)
        return super().changelist_view(request, extra_context)

    def show(self, request: HttpRequest, found: ListHygiene) -> HttpResponse:
        if request.method == "POST":
            return self._do(request, found)
        if not found.counted_at:
            found = hygiene.count(found.shop)
        may = {name: request.user.has_perm(right, found) for name, right in RIGHTS.items()}
        known = {
            "found": found,
            "kinds": [_shown(kind, found.counts) for kind in hygiene.KINDS],
            "may": may,
        }
        return framed(self, request, "page", gettext("List hygiene"), known)

    def _do(self, request: HttpRequest, found: ListHygiene) -> HttpResponse:
        what, key = request.POST.get("do", ""), request.POST.get("kind", "")
        if what in RIGHTS and key in hygiene.BY_KEY:
            if not request.user.has_perm(RIGHTS[what], found):
                raise PermissionDenied
            auditing.note(request, found.shop_id, f"{what} {key}")
            if what == "bar":
                return self._bar(request, found, hygiene.BY_KEY[key])
            segment = hygiene.segment(found.shop, key)
            page = "export" if what == "export" else "change"
            return redirect(reverse(f"admin:segments_segment_{page}", args=[segment.pk]))
        hygiene.count(found.shop)
        return redirect(request.path)

    def _bar(self, request: HttpRequest, found: ListHygiene, kind: Kind) -> HttpResponse:
        if not kind.may_be_barred:
            raise PermissionDenied
        count = hygiene.bar(found.shop, kind.key)
        hygiene.count(found.shop)
        messages.success(request, gettext("%d customers get no mails any more.") % count)
        return redirect(request.path)


def _shown(kind: Kind, counts: dict[str, int]) -> dict[str, Any]:
    number = counts.get(kind.key, 0)
    return {"kind": kind, "count": number, "share": number / max(1, counts.get("all", 0))}
