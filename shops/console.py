"""What every list and page of the admin has in common."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from shops.models import Shop

MOST_ROWS = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than 10,000 rows and pages no deeper, however large the table is.

    Whoever needs a row beyond that finds it by search or filter, which use indexes.
    """

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:MOST_ROWS].count()


class ShopAdmin(ModelAdmin):
    """Lists and pages of one model, for the shops that the user belongs to.

    `shop_path` leads from the model to its shop.
    """

    shop_path = "shop"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator
    ordering: list[str] = ["-id"]
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.shop_path}__in": shops_of(request)})

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of the user's own shops."""
        if not request.user.is_superuser:
            offered = field.remote_field.model._default_manager.all()
            if field.remote_field.model is Shop:
                kwargs["queryset"] = shops_of(request)
            elif any(f.name == "shop" for f in field.remote_field.model._meta.fields):
                kwargs["queryset"] = offered.filter(shop__in=shops_of(request))
        return super().formfield_for_foreignkey(field, request, **kwargs)


class ReadOnly:
    """For rows that the machine writes: they are looked at, never edited by hand."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def shops_of(request: HttpRequest) -> QuerySet[Shop]:
    """The shops that this user may see."""
    if request.user.is_superuser:
        return Shop.objects.order_by("pk")
    return Shop.objects.filter(staff=request.user.pk).order_by("pk")


def chosen_shop(request: HttpRequest) -> Shop | None:
    """The shop picked by `?shop=key`, or the user's first one."""
    shops = shops_of(request)
    return shops.filter(key=request.GET.get("shop", "")).first() or shops.first()


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page, to be put into it (static/console/part.js)."""
    return request.headers.get("X-Part") == "1"
