"""Shops, their products and staff, and the endpoints that they want told."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from shops import (
    code_words,
    comparing,
    connecting,
    connectors,
    outbox,
    overview,
    reaching,
    rotation,
)
from shops.audit_admin import AuditTrail
from shops.connectors.api import ApiFault
from shops.console import ForSuperusers, ReadOnly, ShopAdmin, shops_of
from shops.keep_console import Terms
from shops.key_admin import ApiKeys
from shops.models import (
    Coupon,
    Endpoint,
    OutgoingAttempt,
    OutgoingEvent,
    Product,
    Reconciliation,
    Shop,
    User,
)
from shops.seat_admin import Seats, role_of
from shops.settings_console import ShopSettings
from shops.site_console import SitePages

__all__ = ["ApiKeys", "AuditTrail", "Seats"]  # Django looks for admin pages in this module only

STATES = {"paused": "danger", "failing": "warning", "ok": "success"}


@admin.register(User)
class Users(ForSuperusers, UserAdmin, ModelAdmin):
    """Who may sign in; only for superusers, since whoever makes users could make one of those."""

    about = _("Everybody who may sign in. What somebody may do in a shop is their role there, "
              "given under Team; whoever runs the server may do everything.")  # fmt: skip
    list_display = ("username", "whole_name", "email", "may", "last_login", "is_active")
    list_filter = ("is_active", "is_superuser")
    ordering = ["username"]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("seats__shop")

    @admin.display(description=_("name"), ordering="first_name")
    def whole_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @admin.display(description=_("may"))
    def may(self, user: User) -> str:
        """Their role in each shop, or everything."""
        if user.is_superuser:
            return gettext("everything: runs the server")
        roles = [
            gettext("%(role)s of %(shop)s") % {"role": role_of(seat), "shop": seat.shop}
            for seat in user.seats.all()
        ]
        return pgettext("in a list", ", ").join(roles) or gettext("nothing: is in no team")


@admin.register(Shop)
class Shops(Terms, ShopSettings, SitePages, ShopAdmin):
    """The tenants, their webhook address and secrets."""

    codes = ("connector",)
    list_display = ("name", "connector", "language", "currency", "timezone", "key")
    search_fields = ("name__istartswith", "key__istartswith")
    actions = ("reveal_secret", "rotate_secret")
    actions_list = ("connect",)
    actions_detail = ("reconciliation", "show_site")
    actions_row = ("show_site",)

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        return [
            path("<int:pk>/connected/", admit(self.connected), name="shops_shop_connected"),
            path("<int:pk>/arrivals/", admit(self.arrivals), name="shops_shop_arrivals"),
            *super().get_urls(),
        ]

    @action(description=_("Connect a shop"), permissions=["connect"], variant="primary")
    def connect(self, request: HttpRequest) -> HttpResponse:
        form = connecting.PlatformForm(request.POST or None)
        if form.is_valid():
            shop = form.save(cast(User, request.user))
            return redirect("admin:shops_shop_connected", shop.pk)
        return self._page(request, "connect", _("Connect a shop"), {"form": form})

    @action(description=_("Shop page script"), permissions=["change"])
    def show_site(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:shops_shop_site", object_id)

    def has_connect_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def connected(self, request: HttpRequest, pk: int) -> HttpResponse:
        shop = self._changeable(request, pk)
        form = connecting.SecretForm(request.POST or None)
        if form.is_valid():
            form.save(shop)
            messages.success(request, gettext("The secret is kept, sealed."))
            return redirect("admin:shops_shop_connected", shop.pk)
        connector = connectors.get(shop.connector)
        known = {
            "label": connector.label,
            "guide": connector.guide,
            "makes_secret": connector.makes_secret,
            "address": request.build_absolute_uri(f"/hooks/{shop.key}/"),
            "secret": shop.webhook_secrets[0],
            "arrivals_url": reverse("admin:shops_shop_arrivals", args=[shop.pk]),
            "form": form,
        }
        return self._page(request, "connected", shop.name, known)

    def arrivals(self, request: HttpRequest, pk: int) -> JsonResponse:
        return JsonResponse({"arrivals": connecting.arrivals(self._changeable(request, pk))})

    @action(description=_("Compare orders"), permissions=["change"])
    def reconciliation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where the shop's own API is set up, and how the comparison with it stands."""
        shop = self._changeable(request, int(object_id) if object_id.isdigit() else 0)
        api = connectors.get(shop.connector).api
        row = Reconciliation.objects.filter(shop=shop).first()
        asked = request.POST.get("do", "")
        said = request.POST if asked == "save" else None
        form = api and comparing.AccessForm(shop, api, row, said)
        try:
            if form and form.is_valid():
                messages.success(request, form.save())
            elif row and asked in {"try", "run", "stop"}:
                messages.success(request, comparing.act(row, asked))
        except ApiFault as fault:
            messages.error(request, str(fault))
        if asked and not (form and form.errors):
            return redirect("admin:shops_shop_reconciliation", shop.pk)
        known: dict[str, Any] = {"shop": shop, "api": api, "row": row, "form": form}
        known |= {"missing": overview.missing(shop), "query": overview.missing_query(shop)}
        return self._page(request, "reconciliation", _("Compare orders"), known)

    def _changeable(self, request: HttpRequest, pk: int) -> Shop:
        shop = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, shop):
            raise PermissionDenied
        return shop

    def _page(self, request: HttpRequest, name: str, title: Any, known: dict[str, Any]) -> Any:
        context = {**self.admin_site.each_context(request), "title": title, **known}
        return TemplateResponse(request, f"admin/shops/shop/{name}.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shop]:
        shops = Shop.objects.order_by("pk")
        return shops.filter(pk__in=shops_of(request, *self.seen_with()))

    @admin.action(description=_("Show the signing secret"), permissions=["change"])
    def reveal_secret(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        for shop in shops:
            messages.info(request, f"{shop.name}: {shop.webhook_secrets[0]}")

    @admin.action(description=_("Make a new signing secret"), permissions=["change"])
    def rotate_secret(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        for shop in shops:
            if connectors.get(shop.connector).makes_secret:
                said = gettext("%s: this platform makes the secret. Enter its new one on the page")
                page = reverse("admin:shops_shop_connected", args=[shop.pk])
                messages.warning(request, format_html('{} <a href="{}">{}</a>', said % shop.name,
                    page, page))  # fmt: skip
                continue
            rotation.rotate(shop)
            said = gettext("%s has a new secret; the previous one stays valid until the next one.")
            messages.success(request, said % shop.name)


@admin.register(Product)
class Products(ReadOnly, ShopAdmin):
    """What the shops sell."""

    list_display = ("title", "external_id", "category", "brand", "price_cents", "cost_cents",
                    "stock_count", "available", "shop")  # fmt: skip
    list_filter = ("shop",)
    search_fields = ("external_id__exact", "title__istartswith")
    list_select_related = ("shop",)


@admin.register(Coupon)
class Coupons(ReadOnly, ShopAdmin):
    """The shops' vouchers."""

    codes = ("kind",)
    list_display = ("code", "kind", "value", "used_count", "expires_at", "shop")
    list_filter = ("kind", "shop")
    search_fields = ("code__istartswith",)
    list_select_related = ("shop",)


class EndpointForm(forms.ModelForm):
    """The events are ticked, and an address inside our network is refused right away."""

    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=list(settings.EVENTS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Endpoint
        fields = ("shop", "url", "events", "concurrency")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            reaching.check(url)
        except reaching.Unreachable as fault:
            raise forms.ValidationError(str(fault)) from fault
        return url


@admin.register(Endpoint)
class Endpoints(ShopAdmin):
    """Addresses that are told what happens; a paused one waits for a person."""

    form = EndpointForm
    list_display = ("url", "shop", "state", "failure_count", "next_at", "paused_reason")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    actions = ("pause", "resume", "reveal_secret", "rotate_secret")

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        return ("failure_count", "failing_since", "paused_at", "paused_reason") if obj else ()

    @display(description=_("state"), label=STATES)
    def state(self, endpoint: Endpoint) -> tuple[str, str]:
        code = "paused" if endpoint.paused_at else "failing" if endpoint.failing_since else "ok"
        return code, code_words.said(code)

    @admin.action(description=_("Pause: keep what happens for later"), permissions=["change"])
    def pause(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        said = gettext("Paused by %s.") % request.user.get_username()
        outbox.hold(list(endpoints.values_list("pk", flat=True)), said)

    @admin.action(description=_("Deliver again from where it stopped"), permissions=["change"])
    def resume(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        outbox.resume(list(endpoints.values_list("pk", flat=True)))
        messages.success(request, gettext("What has gathered will be delivered now."))

    @admin.action(description=_("Show the signing secret"), permissions=["change"])
    def reveal_secret(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints:
            messages.info(request, f"{endpoint.url}: {endpoint.secrets[0]}")

    @admin.action(description=_("Make a new signing secret"), permissions=["change"])
    def rotate_secret(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints:
            outbox.rotate(endpoint)
        messages.success(request, gettext("Deliveries are signed with the old secret as well."))


class Attempts(TabularInline):
    """What each try brought."""

    verbose_name = _("attempt to deliver")
    verbose_name_plural = _("attempts to deliver")
    model = OutgoingAttempt
    fields = readonly_fields = ("at", "status", "answer", "seconds")
    ordering = ("-id",)
    extra = 0
    can_delete = False

    def has_add_permission(self, *args: Any) -> bool:
        return False


@admin.register(OutgoingEvent)
class OutgoingEvents(ReadOnly, ShopAdmin):
    """What endpoints were told or will be, with every attempt."""

    list_display = ("created_at", "type", "endpoint", "attempt_count", "delivered_at", "shop")
    list_filter = ("type", "shop")
    list_select_related = ("shop", "endpoint")
    inlines = (Attempts,)
    actions = ("replay",)

    @admin.action(description=_("Deliver once more"), permissions=["replay"])
    def replay(self, request: HttpRequest, events: QuerySet[OutgoingEvent]) -> None:
        outbox.replay(list(events.values_list("pk", flat=True)))
        messages.success(request, gettext("The chosen events will be delivered once more."))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("shops.change_endpoint")
