"""The profile as a page shows it: every figure with its unit, how it comes about, and from what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from customers.features import FEATURES, INTERESTS, LINES, ORDERS, TOUCHPOINTS, Feature
from customers.models import Customer, Profile
from shops.templatetags.console import money, percent

GROUPS: dict[str, str | Promise] = {
    ORDERS: gettext_lazy("From orders"),
    LINES: gettext_lazy("From order lines"),
    TOUCHPOINTS: gettext_lazy("From touchpoints"),
}


@dataclass(frozen=True)
class Figure:
    """One line of the profile; `name` is what rules call it."""

    name: str
    label: str
    value: str
    unit: str
    how: str


@dataclass(frozen=True)
class Group:
    """Figures that are computed from the same rows."""

    title: str
    figures: list[Figure]


@dataclass(frozen=True)
class Sheet:
    """The whole profile; what came after `changed_at` and is not counted yet waits since
    `waits_since`."""

    groups: list[Group]
    changed_at: datetime | None
    waits_since: datetime | None


def sheet(customer: Customer) -> Sheet:
    """Every figure of the register, as it stands for the customer."""
    profile = Profile.objects.filter(customer=customer).first()
    groups = [
        Group(str(title), list(_figures(part, profile, customer.shop.currency)))
        for part, title in GROUPS.items()
    ]
    return Sheet(
        groups if profile else [],
        profile.refreshed_at if profile else None,
        customer.stale_since,
    )


def _figures(part: str, profile: Profile | None, currency: str) -> Iterator[Figure]:
    for feature in FEATURES:
        if profile and feature.part == part and part != INTERESTS:
            in_money = feature.unit == "cents"
            yield Figure(
                name=f"facts.{feature.name}",
                label=str(feature.label),
                value=written(feature, getattr(profile, feature.name), currency),
                unit=currency if in_money else feature.unit,
                how=feature.how,
            )


def written(feature: Feature, value: Any, currency: str) -> str:
    """A value as people read it; a dash where it is not known."""
    if value in (None, "", []):
        return "–"
    if feature.type == "date":
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")
    if feature.unit == "cents":
        return money(round(value), currency)
    if feature.unit == "0 to 1":
        return percent(value)
    if isinstance(value, list):
        return ", ".join(_item(item) for item in value)
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return str(number_format(value, decimal_pos=0 if whole else 1, force_grouping=True))
    return str(value)


def _item(item: Any) -> str:
    if isinstance(item, dict):
        return f"{item.get('title', '')} {item.get('times', '')}×".strip()
    return str(item)
