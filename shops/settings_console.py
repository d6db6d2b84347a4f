"""A shop's settings as its page shows them: in groups, in words, what is set up once folded."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from shops import connectors, locale_fields, locales
from shops.models import Shop

DEMANDS = ("demands_second_factor", "demands_approval")
QUIET = ("quiet_from", "quiet_until")
GROUPS: list[tuple[Any, dict[str, Any]]] = [
    (None, {"fields": ("name", "language", "currency", "timezone")}),
    (_("Messages"), {
        "fields": ("from_email", "is_quiet_at_night", *QUIET),
        "description": _("Who messages come from, and when they stay away."),
    }),
    (_("Proof"), {
        "fields": ("control_percent",),
        "description": _("Whoever is left alone shows what would have been bought anyway."),
    }),
    (_("Team"), {
        "fields": DEMANDS,
        "description": _("What is asked of everybody who works for this shop."),
    }),
    (_("Connection"), {
        "fields": ("connector", "key", "webhook_address", "rate_limit", "created_at"),
        "classes": ("collapse",),
        "description": _("How the shop tells us what happens there. Set up once."),
    }),
]  # fmt: skip


class SettingsForm(forms.ModelForm):
    """The shop, with codes picked by name and quiet hours that are on or off."""

    language = locale_fields.language(
        label=_("Language"),
        help_text=_("What your messages are written in. Customers who speak another one get that "
                    "where you wrote it."),
    )  # fmt: skip
    currency = locale_fields.currency(
        label=_("Currency"), help_text=_("What revenue, goals and reports are counted in.")
    )
    timezone = locale_fields.zone(
        label=_("Time zone"), help_text=_("The shop's own clock: days, reports and sending times.")
    )
    connector = forms.ChoiceField(
        label=_("Platform"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("What the shop runs on, and so what it calls us with."),
    )
    is_quiet_at_night = forms.BooleanField(
        label=_("Quiet hours"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("No message leaves between two times, by the customer's own clock."),
    )

    class Meta:
        labels = {
            "from_email": _("Sender address"), "control_percent": _("Control group (%)"),
            "rate_limit": _("Calls per second"), "quiet_from": _("From"), "quiet_until": _("Until"),
        }  # fmt: skip
        help_texts = {
            "from_email": _("Customers see it and answer to it. Mail settings hold the rest."),
            "key": _("Part of the webhook address: who changes it must tell the platform."),
            "quiet_from": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop = self.instance
        if "connector" in self.fields:
            self.fields["connector"].choices = platforms(shop)  # type: ignore[attr-defined]
        for name in ("language", "currency", "timezone"):
            if name in self.fields:
                self.fields[name].keep(getattr(shop, name))  # type: ignore[attr-defined]
                self.initial.setdefault(name, getattr(shop, name))
        self.initial.setdefault("is_quiet_at_night", shop.quiet_from is not None)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("is_quiet_at_night"):
            return said | dict.fromkeys(QUIET)
        for name in QUIET:
            if said.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Say a time, or switch quiet hours off."))
        if said.get("quiet_from") and said["quiet_from"] == said.get("quiet_until"):
            self.add_error("quiet_until", gettext("From and until are the same time."))
        return said


def platforms(shop: Shop) -> list[tuple[str, str]]:
    """What a shop may run on, by name."""
    known = {name: connectors.get(name) for name in settings.CONNECTORS}
    return [
        (name, str(found.label))
        for name, found in known.items()
        if found.is_platform or name == shop.connector
    ]


class ShopSettings:
    """Mixed into the shops' admin: the page of one shop."""

    form = SettingsForm
    fieldsets = GROUPS
    readonly_fields: tuple[str, ...] = ("webhook_address", "created_at")

    class Media:
        css = {"all": ("console/shop.css",)}
        js = ("console/copy.js",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        told = {"language": self.spoken, "currency": self.counted, "timezone": self.place}
        self.said |= told  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Shop | None = None) -> Any:
        """A new shop is told all at once; who may only read sees no switches."""
        groups = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None:
            return [(title, _without(one, "webhook_address", "created_at") | {"classes": ()})
                    for title, one in groups]  # fmt: skip
        if not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return [(title, _without(one, "is_quiet_at_night")) for title, one in groups]
        return groups

    def get_prepopulated_fields(self, request: HttpRequest, obj: Shop | None = None) -> Any:
        return {} if obj else {"key": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Shop | None = None) -> Any:
        """What is demanded of the team is said by who may change the team."""
        may = request.user.has_perm("shops.add_seat", obj)
        return self.readonly_fields if may else (*self.readonly_fields, *DEMANDS)

    @admin.display(description=_("webhook address"))
    def webhook_address(self, shop: Shop) -> str:
        address = f"{settings.PUBLIC_URL}/hooks/{shop.key}/"
        return format_html(
            '<span class="wm-copy"><code>{}</code><button type="button" class="wm-button" '
            'data-copy="{}">{}</button></span><a class="wm-link" href="{}">{}</a>',
            address, address, _("Copy"), reverse("admin:shops_shop_connected", args=[shop.pk]),
            _("Signing secret and first deliveries"),
        )  # fmt: skip

    @admin.display(description=_("language"), ordering="language")
    def spoken(self, shop: Shop) -> str:
        return locales.language(shop.language)

    @admin.display(description=_("currency"), ordering="currency")
    def counted(self, shop: Shop) -> str:
        return locales.currency(shop.currency)

    @admin.display(description=_("time zone"), ordering="timezone")
    def place(self, shop: Shop) -> str:
        return locales.zone(shop.timezone)


def _without(group: dict[str, Any], *names: str) -> dict[str, Any]:
    return group | {"fields": [name for name in group["fields"] if name not in names]}
