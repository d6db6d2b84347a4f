"""The team: who works for which shop, and as what."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from shops.console import ShopAdmin
from shops.invite_console import InvitePages
from shops.models import Seat
from shops.seat_models import OWN

OWNER = "owner"


def is_last_owner(seat: Seat) -> bool:
    """Whether the shop would be without an owner if this one left."""
    owners = Seat.objects.filter(shop=seat.shop_id, role=OWNER, user__is_active=True)
    return seat.role == OWNER and not owners.exclude(pk=seat.pk).exists()


def role_of(seat: Seat) -> str:
    """The seat's role in words."""
    return str(settings.ROLES.get(seat.role, seat.role or _("own permissions")))


class SeatForm(forms.ModelForm):
    """A role is chosen from the table."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: [*settings.ROLES.items(), (OWN, _("By the user's own permissions"))],
        widget=UnfoldAdminSelectWidget,
        required=False,
    )

    class Meta:
        model = Seat
        fields = ("shop", "user", "role")

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.instance.pk and role != OWNER and is_last_owner(Seat(pk=self.instance.pk,
                shop_id=self.instance.shop_id, role=self.initial["role"])):  # fmt: skip
            raise forms.ValidationError(_("This shop has no other owner: name one first."))
        return role


@admin.register(Seat)
class Seats(InvitePages, ShopAdmin):
    """Roles are changed here; whoever leaves loses the shop with the next click."""

    form = SeatForm
    actions_list = ("invite",)
    list_display = ("user", "as_what", "shop")
    list_filter = ("role", "shop")
    list_select_related = ("user", "shop")
    search_fields = ("user__username__istartswith", "user__email__istartswith")

    @display(description=_("role"))
    def as_what(self, seat: Seat) -> str:
        return role_of(seat)

    def get_readonly_fields(self, request: HttpRequest, obj: Seat | None = None) -> Any:
        return ("shop", "user") if obj else ()

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.is_superuser)  # the list of users is nobody else's

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        last = isinstance(obj, Seat) and is_last_owner(obj)
        return not last and super().has_delete_permission(request, obj)
