"""Fields for a language, a currency or a time zone: picked by name, found by typing."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import get_select2_language
from django.forms.widgets import Media
from unfold.widgets import UnfoldAdminSelect2Widget

from shops import locales


class SearchSelect(UnfoldAdminSelect2Widget):
    """A select that is searched by typing, which says so in the reader's language."""

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().build_attrs(*args, **kwargs), "lang": get_select2_language()}

    @property
    def media(self) -> Media:
        # Its words must come before jQuery is put away.
        words = f"select2/i18n/{get_select2_language()}.js"
        vendor = ("jquery/jquery.min.js", "select2/select2.full.js", words)
        own = [*(f"admin/js/vendor/{name}" for name in vendor), "admin/js/jquery.init.js"]
        return Media(js=own) + super().media


class NamedField(forms.ChoiceField):
    """A code picked by its name. What is kept already is offered, whatever it is."""

    widget = SearchSelect

    def keep(self, code: str) -> None:
        """Offer this code too: a shop may have one that is no longer on the list."""
        if code and not self.valid_value(code):
            self.choices = [*cast(Iterable[Any], self.choices), (code, code)]


def language(**kwargs: Any) -> NamedField:
    return NamedField(choices=locales.languages, **kwargs)


def currency(**kwargs: Any) -> NamedField:
    return NamedField(choices=locales.currencies, **kwargs)


def zone(**kwargs: Any) -> NamedField:
    return NamedField(choices=locales.zones, **kwargs)
