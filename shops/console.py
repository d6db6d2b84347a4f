"""What every list and page of the admin has in common."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from shops import auditing, code_words, seats
from shops.models import Shop

MOST_ROWS = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than 10,000 rows and pages no deeper, however large the table is.

    Whoever needs a row beyond that finds it by search or filter, which use indexes.
    """

    most = MOST_ROWS

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:MOST_ROWS].count()


class CodeFilter(admin.AllValuesFieldListFilter):
    """Offers the values of a column of codes, in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": code_words.said(str(choice["display"]))}


class ShopAdmin(ModelAdmin):
    """Lists and pages of one model, for the shops in which the user's role may see it.

    A right is always asked for the shop of the row at hand, so who owns one shop and reads another
    changes rows of the first only. The columns of `codes` are shown in words.
    """

    codes: tuple[str, ...] = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator
    ordering: list[str] = ["-id"]
    compressed_fields = True
    warn_unsaved_form = True

    def __init__(self, model: type[Any], site: Any) -> None:
        super().__init__(model, site)
        self.said = {name: self._in_words(name) for name in self.codes}

    def _in_words(self, name: str) -> Callable[[Any], str]:
        label = self.model._meta.get_field(name).verbose_name

        @admin.display(description=label, ordering=name, empty_value="–")
        def said(row: Any) -> str:
            return code_words.said(getattr(row, name)) or "–"

        return said

    def get_list_display(self, request: HttpRequest) -> Any:
        """In words; and the shop only for who has several."""
        names = super().get_list_display(request)
        if "shop" in names and len(shops_of(request)[:2]) < 2:
            names = [name for name in names if name != "shop"]
        return [self.said.get(name, name) for name in names]

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        return [(each, CodeFilter) if each in self.codes else each for each in filters]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where nothing can be changed, codes are said in words on the page too."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [(title, {**one, "fields": self._told(one["fields"])}) for title, one in fieldsets]

    def _told(self, names: Any) -> list[Any]:
        """Names of fields, some of them in rows, with the codes in words."""
        return [
            self._told(name) if isinstance(name, list | tuple) else self.said.get(name, name)
            for name in names
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(shop__in=shops_of(request, *self.seen_with()))

    def right(self, action: str) -> str:
        """What Django calls the right to do this with these rows."""
        return f"{self.opts.app_label}.{get_permission_codename(action, self.opts)}"

    def seen_with(self) -> list[str]:
        return [self.right("view"), self.right("change")]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return any(request.user.has_perm(right, row_of(obj)) for right in self.seen_with())

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return request.user.has_perm(self.right("add"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(self.right("change"), row_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(self.right("delete"), row_of(obj))

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> HttpResponse:
        """Who changes a row is not about to add another."""
        context["show_save_and_add_another"] = kwargs.get("add", False)
        return super().render_change_form(request, context, **kwargs)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, *args: Any, **kwargs: Any
    ) -> list[dict[str, Any]]:
        """Django's own history, and the audit trail with what was there before."""
        auditing.note_form(request, form, formsets)
        return super().construct_change_message(request, form, formsets, *args, **kwargs)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            auditing.note(request, auditing.shop_of(row), auditing.name_of(row))
        return super().log_deletions(request, queryset)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """An action works on rows of those shops in which the user may do it."""
        chosen = self.get_actions(request).get(request.POST.get("action", ""))
        if chosen and not request.user.is_superuser:
            needed = [getattr(self, f"has_{name}_permission")
                      for name in getattr(chosen[0], "allowed_permissions", [])]  # fmt: skip
            if isinstance(chosen[0], Deed):
                needed.append(chosen[0].is_allowed)
            able = []
            for shop in seats.of(request.user):
                with seats.at(request.user, shop):
                    if any(may(request) for may in needed):
                        able.append(shop)
            path = "pk" if self.model is Shop else "shop"
            queryset = queryset.filter(**{f"{path}__in": able})
        chosen_rows = list(queryset.filter(pk__in=request.POST.getlist("_selected_action")))
        answer = super().response_action(request, queryset)
        if "audited" not in request.__dict__ and (answer is None or answer.status_code == 302):
            for row in chosen_rows:
                auditing.note(request, auditing.shop_of(row), auditing.name_of(row))
        return answer

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Something new belongs to the only shop, or to the one that the list was filtered by."""
        known = super().get_changeform_initial_data(request)
        shops = shops_of(request, self.right("add"))
        listed = dict(parse_qsl(request.GET.get("_changelist_filters", "")))
        asked = listed.get("shop__id__exact", "")
        found = list(shops.filter(pk=asked) if asked.isdigit() else shops[:2])
        return {"shop": found[0].pk, **known} if len(found) == 1 else known

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of the user's own shops."""
        if not request.user.is_superuser:
            offered = field.remote_field.model._default_manager.all()
            if field.remote_field.model is Shop:
                kwargs["queryset"] = shops_of(request, self.right("add"), self.right("change"))
            elif any(f.name == "shop" for f in field.remote_field.model._meta.fields):
                kwargs["queryset"] = offered.filter(shop__in=shops_of(request))
        return super().formfield_for_foreignkey(field, request, **kwargs)


def framed(
    of: Any, request: HttpRequest, name: str, title: Any, known: dict[str, Any]
) -> TemplateResponse:
    """A page of our own in the frame of the admin; `name` is a template of the kind of rows that
    `of` is the admin of."""
    context = {**of.admin_site.each_context(request), "opts": of.opts, "title": title, **known}
    kind = f"{of.opts.app_label}/{of.opts.model_name}"
    return TemplateResponse(request, f"admin/{kind}/{name}.html", context)


@dataclass(frozen=True)
class Deed:
    """What a room above does with chosen rows of a list: an action, offered to who has `right`."""

    name: str
    label: Any
    right: str
    do: Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]

    def __call__(self, of: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        return self.do(of, request, rows)

    def is_allowed(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.right)


class OwnPage:
    """Shows a row on a page of its own, drawn by `show`, in place of the form.

    Who may not see the row gets Django's own answer.
    """

    def change_view(
        self: Any,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request, row):
            return super().change_view(  # type: ignore[misc]
                request, object_id, form_url, extra_context
            )
        return self.show(request, row)


class ReadOnly:
    """For rows that the machine writes: they are looked at, never edited by hand."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ForSuperusers:
    """For what belongs to the server and to no shop."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.is_superuser)


def shops_of(request: HttpRequest, *rights: str) -> QuerySet[Shop]:
    """The shops in which this user has one of the rights; without any, a seat at all."""
    return seats.shops_with(request.user, *rights)


def row_of(given: Any) -> Model | None:
    """The row a right is asked for; buttons are asked for by an id, which tells no shop."""
    return given if isinstance(given, Model) else None


def chosen_shop(request: HttpRequest, *rights: str) -> Shop | None:
    """The shop picked by `?shop=key`, or the first one in which the user has one of the rights."""
    shops = shops_of(request, *rights)
    return shops.filter(key=request.GET.get("shop", "")).first() or shops.first()


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page, to be put into it (static/console/part.js)."""
    return request.headers.get("X-Part") == "1"
