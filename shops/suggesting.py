"""Text fields that offer what is known already while one types, and take anything else too."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from shops.models import Product, Shop

MOST = 300


class Suggesting(UnfoldAdminTextInputWidget):
    """A text input with a list of values behind it."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self.known = known

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        behind = f"{name}-known"
        field = super().render(name, value, {**(attrs or {}), "list": behind}, renderer)
        offered = format_html_join("", '<option value="{}"></option>', ((v,) for v in self.known()))
        return format_html('{}<datalist id="{}">{}</datalist>', field, behind, offered)


def categories(shops: QuerySet[Shop]) -> list[str]:
    """What the products of these shops are sorted into."""
    names = Product.objects.filter(shop__in=shops).exclude(category="")
    return list(names.values_list("category", flat=True).distinct().order_by("category")[:MOST])
