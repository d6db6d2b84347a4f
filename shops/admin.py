"""Shops, their products and staff."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from shops import rotation
from shops.console import ReadOnly, ShopAdmin
from shops.models import Product, Shop, User


@admin.register(User)
class Users(UserAdmin, ModelAdmin):
    """Who may sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Shop)
class Shops(ShopAdmin):
    """The tenants, their webhook address and secrets."""

    list_display = ("name", "key", "connector", "currency", "timezone")
    search_fields = ("name__istartswith", "key__istartswith")
    filter_horizontal = ("staff",)
    readonly_fields = ("webhook_address", "created_at")
    actions = ("reveal_secret", "rotate_secret")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shop]:
        shops = Shop.objects.order_by("pk")
        return shops if request.user.is_superuser else shops.filter(staff=request.user.pk)

    @admin.display(description=_("webhook address"))
    def webhook_address(self, shop: Shop) -> str:
        return f"/hooks/{shop.key}/"

    @admin.action(description=_("Show the signing secret"), permissions=["change"])
    def reveal_secret(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        for shop in shops:
            messages.info(request, f"{shop.name}: {shop.webhook_secrets[0]}")

    @admin.action(description=_("Make a new signing secret"), permissions=["change"])
    def rotate_secret(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        for shop in shops:
            rotation.rotate(shop)
            said = gettext("%s has a new secret; the previous one stays valid until the next one.")
            messages.success(request, said % shop.name)


@admin.register(Product)
class Products(ReadOnly, ShopAdmin):
    """What the shops sell."""

    list_display = ("title", "external_id", "category", "price_cents", "shop")
    list_filter = ("shop",)
    search_fields = ("external_id__exact", "title__istartswith")
    list_select_related = ("shop",)
