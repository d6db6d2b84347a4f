"""Customers, their orders, the deliveries they came by, and addresses never to write to."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from customers import ingest
from customers.models import Customer, HistoryImport, Order, Suppression
from shops.console import ReadOnly, ShopAdmin
from shops.models import Delivery
from shops.panels import gather

STATUS_COLOURS = {
    "processed": "success",
    "accepted": "info",
    "ignored": "warning",
    "quarantined": "danger",
}


@admin.register(Customer)
class Customers(ReadOnly, ShopAdmin):
    """The people; each one's page is put together by the rooms in CUSTOMER_PANELS."""

    list_display = ("__str__", "email", "external_id", "country", "created_at", "shop")
    list_filter = ("shop",)
    search_fields = ("email__startswith", "external_id__exact")
    search_help_text = _("Beginning of the e-mail address, or the customer id")
    list_select_related = ("shop",)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        customer = self.get_object(request, object_id)
        if customer is None or not self.has_view_permission(request, customer):
            return super().change_view(request, object_id, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(customer),
            "customer": customer,
            "panels": gather(settings.CUSTOMER_PANELS, customer),
        }
        return TemplateResponse(request, "admin/customers/customer/page.html", context)


@admin.register(Order)
class Orders(ReadOnly, ShopAdmin):
    """Sales and cancellations."""

    list_display = ("external_id", "kind", "customer", "placed_at", "total_cents", "currency")
    list_filter = ("shop", "kind")
    search_fields = ("external_id__exact",)
    list_select_related = ("customer", "shop")


@admin.register(Delivery)
class Deliveries(ReadOnly, ShopAdmin):
    """Webhook calls as they arrived; any of them can be read again."""

    list_display = ("received_at", "topic", "message_id", "state", "reason", "shop")
    list_filter = ("status", "shop")
    search_fields = ("message_id__exact",)
    list_select_related = ("shop",)
    readonly_fields = ("content",)
    exclude = ("body",)
    actions = ("replay",)

    @display(description=_("status"), label=STATUS_COLOURS)
    def state(self, delivery: Delivery) -> str:
        return delivery.status

    @admin.display(description=_("body"))
    def content(self, delivery: Delivery) -> str:
        return json.dumps(json.loads(bytes(delivery.body)), indent=2, ensure_ascii=False)

    @admin.action(description=_("Read again"), permissions=["replay"])
    def replay(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        count = ingest.replay(deliveries)
        messages.success(request, gettext("%d deliveries will be read again.") % count)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("shops.change_delivery")


@admin.register(Suppression)
class Suppressions(ShopAdmin):
    """Addresses that get nothing."""

    list_display = ("address", "channel", "reason", "created_at", "shop")
    list_filter = ("shop", "channel")
    search_fields = ("address__exact",)
    list_select_related = ("shop",)
    readonly_fields = ("created_at",)


@admin.register(HistoryImport)
class HistoryImports(ReadOnly, ShopAdmin):
    """Files of history and how every row of them fared."""

    list_display = (
        "file_name",
        "kind",
        "rows_read",
        "rows_imported",
        "rows_rejected",
        "rows_after",
        "finished_at",
        "shop",
    )
    list_select_related = ("shop",)
