"""The pages about one customer: who they are, what they did, and what colleagues noted."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from customers import notes, timeline
from customers.models import Customer
from shops.console import OwnPage, framed, is_part
from shops.models import User
from shops.panels import gather


class CustomerPages(OwnPage):
    """Mixed into the customers' admin: its change page and what hangs below it."""

    def get_urls(self: Any) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("<path:pk>/timeline/", admit(self.timeline), name="customers_customer_timeline"),
            path(
                "<path:pk>/notes/add/",
                admit(require_POST(self.add_note)),
                name="customers_customer_add_note",
            ),
            path(
                "<path:pk>/notes/<int:note>/remove/",
                admit(require_POST(self.remove_note)),
                name="customers_customer_remove_note",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def show(self: Any, request: HttpRequest, customer: Customer) -> HttpResponse:
        if customer.merged_into_id:
            said = gettext("%s is part of this customer: the two were merged.") % customer
            messages.info(request, said)
            return redirect("admin:customers_customer_change", customer.merged_into_id)
        context: dict[str, Any] = {"panels": gather(settings.CUSTOMER_PANELS, customer)}
        may = request.user.has_perm("customers.add_privacyrequest", customer)
        context["may_answer_wishes"] = may and bool(customer.external_id)
        return self._page(request, customer, "page", str(customer), context)

    def timeline(self: Any, request: HttpRequest, pk: str) -> HttpResponse:
        """The history, narrowed and further back; only the list itself where a page asks for it."""
        customer = self._visible(request, pk)
        shown = timeline.page(customer, timeline.read(request.GET))
        context = {"data": {"timeline": shown, "customer": customer}}
        if is_part(request):
            return TemplateResponse(
                request, "panels/touchpoints.html", {**context, "customer": customer}
            )
        return self._page(request, customer, "timeline", _("Timeline"), context)

    def add_note(self: Any, request: HttpRequest, pk: str) -> HttpResponse:
        customer = self._visible(request, pk)
        _require(request, "customers.add_note", customer)
        try:
            notes.add(customer, request.POST.get("text", ""), by=cast(User, request.user))
        except notes.NoteError as fault:
            messages.error(request, str(fault))
        return redirect("admin:customers_customer_change", customer.pk)

    def remove_note(self: Any, request: HttpRequest, pk: str, note: int) -> HttpResponse:
        customer = self._visible(request, pk)
        _require(request, "customers.delete_note", customer)
        if notes.remove(customer, note):
            messages.success(request, gettext("The note is gone."))
        return redirect("admin:customers_customer_change", customer.pk)

    def _visible(self: Any, request: HttpRequest, pk: str) -> Customer:
        customer = self.get_object(request, unquote(pk))
        if customer is None:
            raise Http404
        if not self.has_view_permission(request, customer):
            raise PermissionDenied
        found: Customer = customer
        return found

    def _page(
        self: Any,
        request: HttpRequest,
        customer: Customer,
        name: str,
        title: Any,
        known: dict[str, Any],
    ) -> TemplateResponse:
        return framed(self, request, name, title, {"customer": customer, **known})


def _require(request: HttpRequest, permission: str, customer: Customer) -> None:
    if not request.user.has_perm(permission, customer):
        raise PermissionDenied
