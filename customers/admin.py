"""Customers, their orders, the deliveries they came by, and addresses never to write to."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.views import ChangeList

from customers import data_map, finding, identity, ingest
from customers.customer_pages import CustomerPages
from customers.import_pages import ImportPages
from customers.merge_pages import MergePages
from customers.models import (
    Customer,
    FileImport,
    HistoryImport,
    Merge,
    Order,
    PrivacyRequest,
    Profile,
    Recognition,
    Suppression,
)
from customers.person_pages import PersonPages
from customers.replaying import ReplayForm
from shops import code_words
from shops.console import ReadOnly, ShopAdmin, framed, shops_of
from shops.masking import mask
from shops.models import Delivery
from shops.templatetags.console import figure, money

STATUS_COLOURS = {
    "processed": "success",
    "accepted": "info",
    "ignored": "warning",
    "quarantined": "danger",
}


PROOF_COLOURS = {"proved": "success", "searching": "warning"}


class NotMerged(ChangeList):
    """Whoever is part of another customer is not in the list."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[Customer]:
        return super().get_queryset(*args, **kwargs).filter(merged_into=None)


def _known(customer: Customer) -> Profile:
    """What was computed; of who came a moment ago nothing yet."""
    return getattr(customer, "profile", None) or Profile(customer=customer)


@admin.register(Customer)
class Customers(CustomerPages, MergePages, PersonPages, ReadOnly, ShopAdmin):
    """The people; each one's page is put together by the rooms in CUSTOMER_PANELS."""

    list_display = (
        "__str__", "email", "orders", "spent", "last_order", "country", "created_at", "shop"
    )  # fmt: skip
    list_filter = ("shop",)
    search_fields = ("email",)  # shows the field; `finding` says what is looked for
    search_help_text = _("Beginning of e-mail address, name or last name, or the customer id")
    list_select_related = ("shop", "profile")

    @admin.display(description=_("orders"))
    def orders(self, customer: Customer) -> str:
        return figure(_known(customer).order_count)

    @admin.display(description=_("spent"))
    def spent(self, customer: Customer) -> str:
        return money(_known(customer).revenue_cents, customer.shop.currency)

    @admin.display(description=_("last order"))
    def last_order(self, customer: Customer) -> str:
        at = _known(customer).last_order_at
        return date_format(localtime(at)) if at else "–"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NotMerged

    def get_actions(self, request: HttpRequest) -> Any:
        """What rooms above do with chosen customers (CUSTOMER_DEEDS in config/plugins.py)."""
        deeds = [import_string(path) for path in settings.CUSTOMER_DEEDS]
        offered = {deed.name: (deed, deed.name, deed.label)
                   for deed in deeds if deed.is_allowed(request)}  # fmt: skip
        return {**super().get_actions(request), **offered}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return finding.matching(queryset, search_term), False


@admin.register(Merge)
class Merges(ReadOnly, ShopAdmin):
    """Customers that were found to be one person; taken back on the page of who stays."""

    codes = ("how",)
    list_display = ("merged_at", "merged", "survivor", "how", "by", "undone_at", "shop")
    list_filter = ("how", "shop")
    list_select_related = ("shop", "merged", "survivor")
    exclude = ("moved", "cause")


@admin.register(Recognition)
class Recognitions(ReadOnly, ShopAdmin):
    """When visitors of the shops' pages proved who they are; a mistake can be undone."""

    codes = ("how",)
    list_display = ("occurred_at", "visitor", "customer", "how", "undone_at", "shop")
    list_filter = ("how", "shop")
    search_fields = ("visitor__exact", "customer__external_id__exact", "customer__email__exact")
    search_help_text = _("A visitor, a customer id, or an e-mail address")
    list_select_related = ("shop", "customer")
    actions = ("undo",)

    @admin.action(description=_("Undo: this visitor was somebody else"), permissions=["undo"])
    def undo(self, request: HttpRequest, recognitions: QuerySet[Recognition]) -> None:
        identity.undo(recognitions.select_related("shop"))
        said = gettext("What these visitors did now lies where it would without the chosen rows.")
        messages.success(request, said)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.change_recognition")


@admin.register(Order)
class Orders(ReadOnly, ShopAdmin):
    """Sales and cancellations."""

    codes = ("kind",)
    list_display = ("external_id", "kind", "customer", "placed_at", "total_cents", "currency")
    list_filter = ("shop", "kind")
    search_fields = ("external_id__exact",)
    list_select_related = ("customer", "shop")


class OriginFilter(admin.SimpleListFilter):
    """Whether the shop delivered it, or its API had to be asked."""

    title = _("origin")
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("missing", _("never delivered by the shop")),
            ("late", _("delivered late")),
            ("fetched", _("asked for, and known")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return rows.filter(origin=self.value()) if self.value() else rows


@admin.register(Delivery)
class Deliveries(ReadOnly, ShopAdmin):
    """Webhook calls as they arrived; any of them can be read again."""

    codes = ("status", "connector")
    list_display = ("received_at", "topic", "message_id", "state", "origin", "reason", "shop")
    list_filter = ("status", OriginFilter, "received_at", "shop")
    search_fields = ("message_id__exact", "topic__exact")
    search_help_text = _("A message id, or a topic")
    list_select_related = ("shop",)
    exclude = ("body",)
    actions = ("replay",)
    actions_list = ("replay_range",)

    def get_fields(self, request: HttpRequest, obj: Delivery | None = None) -> list[str]:
        hidden = not request.user.has_perm("shops.see_personal_data", obj)
        body = "masked_content" if hidden else "content"
        return ["shop", "topic", "status", "reason", "received_at", "sent_at", "digested_at",
                "origin", "message_id", body]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Delivery | None = None) -> list[str]:
        return self.get_fields(request, obj)

    @display(description=_("status"), label=STATUS_COLOURS)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, code_words.said(delivery.status)

    @admin.display(description=_("body"))
    def content(self, delivery: Delivery) -> str:
        return _pretty(json.loads(bytes(delivery.body)))

    @admin.display(description=_("body"))
    def masked_content(self, delivery: Delivery) -> str:
        return _pretty(mask(json.loads(bytes(delivery.body))))

    @admin.action(description=_("Read again"), permissions=["replay"])
    def replay(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        count = ingest.replay(deliveries)
        messages.success(request, gettext("%d deliveries will be read again.") % count)

    @action(description=_("Read a time range again"), permissions=["replay"])
    def replay_range(self, request: HttpRequest) -> HttpResponse:
        form = ReplayForm(
            shops_of(request, "shops.change_delivery"),
            request.POST or None,
            initial={"until": now(), "status": "quarantined"},
        )
        if form.is_valid():
            self.replay(request, form.found())
            return redirect("admin:shops_delivery_changelist")
        title = _("Read a time range again")
        context = {**self.admin_site.each_context(request), "title": title, "form": form}
        return TemplateResponse(request, "admin/shops/delivery/replay.html", context)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("shops.change_delivery")


def _pretty(payload: Any) -> str:
    text = json.dumps(payload, indent=2, ensure_ascii=False)
    return format_html('<pre class="wm-body">{}</pre>', text)


@admin.register(PrivacyRequest)
class PrivacyRequests(ReadOnly, ShopAdmin):
    """Legal requests that shops passed on; those without a date under "done" wait for a person."""

    codes = ("kind",)
    list_display = ("wish", "customer_id_of_shop", "requested_at", "done_at", "proved", "shop")
    list_filter = ("kind", ("done_at", admin.EmptyFieldListFilter), "shop")
    list_select_related = ("shop",)
    fields = ("shop", "wish", "reference", "customer_id_of_shop", "requested_at", "done_at",
              "search", "receipts")  # fmt: skip
    readonly_fields = ("wish", "search", "receipts")
    actions = ("settle",)
    actions_list = ("data_map",)

    @action(description=_("Personal data"), permissions=["view"])
    def data_map(self, request: HttpRequest) -> HttpResponse:
        """The record of processing: which data, what for, how long, who sees it."""
        shops = shops_of(request, *self.seen_with())
        known = {"kinds": data_map.kinds(), "terms": data_map.terms(shops)}
        return framed(self, request, "map", _("Personal data"), known)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivacyRequest]:
        return super().get_queryset(request).prefetch_related("erasures")

    @display(description=_("erased everywhere"), label=PROOF_COLOURS)
    def proved(self, row: PrivacyRequest) -> tuple[str, Any]:
        """Whether the search for what an erasure left is over."""
        found = [erasure.done_at for erasure in row.erasures.all()]
        if not found:
            return "–", "–"
        return ("proved", _("proved")) if all(found) else ("searching", _("being searched"))

    @admin.display(description=_("erased everywhere"))
    def search(self, row: PrivacyRequest) -> str:
        return str(self.proved(row)[1])

    @admin.display(description=_("receipt"))
    def receipts(self, row: PrivacyRequest) -> str:
        told = [
            _pretty({"receipt": erasure.receipt, "signature": erasure.signature})
            for erasure in row.erasures.all()
            if erasure.receipt
        ]
        return format_html_join("", "{}", ((text,) for text in told)) or "–"

    @admin.display(description=_("what was asked"))
    def wish(self, row: PrivacyRequest) -> str:
        return row.wish

    @admin.action(description=_("Done: it was answered"), permissions=["settle"])
    def settle(self, request: HttpRequest, waiting: QuerySet[PrivacyRequest]) -> None:
        count = waiting.filter(done_at=None).update(done_at=now())
        messages.success(request, gettext("%d requests are settled.") % count)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.change_privacyrequest")


@admin.register(Suppression)
class Suppressions(ShopAdmin):
    """Addresses that get nothing."""

    codes = ("channel", "reason")
    list_display = ("address", "channel", "reason", "created_at", "shop")
    list_filter = ("shop", "channel")
    search_fields = ("address__exact",)
    list_select_related = ("shop",)
    readonly_fields = ("created_at",)


@admin.register(FileImport)
class FileImports(ImportPages, ReadOnly, ShopAdmin):
    """Files that were brought in by hand, and how every row of them fared."""

    codes = ("kind", "status")
    list_display = ("file_name", "kind", "status", "rows_done", "rows_rejected", "by", "created_at",
                    "shop")  # fmt: skip
    list_filter = ("kind", "status", "shop")
    list_select_related = ("shop",)


@admin.register(HistoryImport)
class HistoryImports(ReadOnly, ShopAdmin):
    """Files of history and how every row of them fared."""

    codes = ("kind",)
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
