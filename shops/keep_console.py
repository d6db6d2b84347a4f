"""The part of a shop's page that says how long things are kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from shops import keeping
from shops.models import Shop
from shops.settings_console import SettingsForm

PREFIX = "keep_"


class TermsForm(SettingsForm):
    """The shop with a field for each kind; empty is no term."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, days in keeping.of(self.instance).items():
            self.initial[PREFIX + kind] = days


def _fields() -> dict[str, forms.IntegerField]:
    return {
        PREFIX + name: forms.IntegerField(
            label=kind.label,
            required=False,
            min_value=kind.fewest,
            max_value=keeping.MOST_DAYS,
            help_text=format_lazy("{} {}", kind.lost, kind.without),
            widget=UnfoldAdminIntegerFieldWidget,
        )
        for name, kind in keeping.kinds().items()
    }


ShopWithTerms = type("ShopWithTerms", (TermsForm,), _fields())


class Terms:
    """A shop's page with its terms, for whoever may say what is demanded of the team: its owners.

    For others the form has no such fields, so that nothing posted can change a term.
    """

    def may_set_terms(self, request: HttpRequest, shop: Shop | None) -> bool:
        return shop is not None and request.user.has_perm("shops.add_seat", shop)

    def get_form(self, request: HttpRequest, obj: Shop | None = None, **kwargs: Any) -> Any:
        if self.may_set_terms(request, obj):
            kwargs["form"] = ShopWithTerms
        return super().get_form(request, obj, **kwargs)  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Shop | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if not self.may_set_terms(request, obj):
            return fieldsets
        said = _("Older data is deleted every night and cannot be brought back. "
                 "An empty field deletes nothing that is kept today.")  # fmt: skip
        own = {"fields": [PREFIX + kind for kind in keeping.kinds()], "description": said}
        return [*fieldsets, (_("How many days data is kept"), own | {"classes": ("collapse",)})]

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        changed = [name for name in form.changed_data if name.startswith(PREFIX)]
        for name in changed:
            keeping.choose(obj, name.removeprefix(PREFIX), form.cleaned_data[name])
        if any(form.cleaned_data[name] for name in changed):
            messages.warning(request, gettext("What is older is deleted in the coming night."))
