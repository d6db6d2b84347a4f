"""Connect a shop in three steps: pick the platform, copy address and secret, watch it arrive."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from shops import connectors, locale_fields, locales, rotation, secrecy
from shops.models import Delivery, Shop, User

SHOWN = 5


class PlatformForm(forms.Form):
    """Step 1: which shop, on which platform."""

    connector = forms.ChoiceField(label=_("Platform"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Name of the shop"), max_length=100, widget=UnfoldAdminTextInputWidget
    )
    currency = locale_fields.currency(label=_("Currency"), initial="EUR")
    timezone = locale_fields.zone(label=_("Time zone"), initial=locales.UTC, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {name: connectors.get(name) for name in settings.CONNECTORS}
        choices = [(name, found.label) for name, found in known.items() if found.is_platform]
        self.fields["connector"].choices = choices  # type: ignore[attr-defined]
        self.fields["timezone"].widget.attrs["data-own-zone"] = ""

    def save(self, user: User) -> Shop:
        """The new shop, with an address and a secret; its maker owns it."""
        said = self.cleaned_data | {"timezone": self.cleaned_data["timezone"] or locales.UTC}
        with transaction.atomic():
            shop = Shop.objects.create(key=free_key(said["name"]), **said)
            shop.staff.add(user, through_defaults={"role": "owner"})
        return shop


class SecretForm(forms.Form):
    """Step 2, where the platform makes the secret: paste it."""

    secret = forms.CharField(
        label=_("Signing secret of the platform"),
        max_length=20_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def save(self, shop: Shop) -> None:
        rotation.rotate(shop, secrecy.seal(self.cleaned_data["secret"].strip()))


def free_key(name: str) -> str:
    """A key for the webhook address that nobody has."""
    key = slugify(name)[:30] or "shop"
    while Shop.objects.filter(key=key).exists():
        key = f"{key[:30]}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"
    return key


def arrivals(shop: Shop) -> list[dict[str, Any]]:
    """The last deliveries of a shop, for the page that waits for the first one."""
    rows = Delivery.objects.filter(shop=shop).order_by("-id")[:SHOWN]
    return [
        {
            "topic": row.topic,
            "status": row.status,
            "reason": row.reason,
            "received_at": row.received_at.isoformat(),
        }
        for row in rows
    ]
