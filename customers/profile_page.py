"""The profile as a page shows it: every figure with its unit, how it comes about, and from what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import dates
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from customers.features import HOURS, WEEKDAYS, Feature
from customers.models import Customer, Profile, StaleMark
from shops import code_words
from shops.models import Shop
from shops.templatetags.console import figure, money, percent


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
        Group(str(title), list(_figures(part, profile, customer.shop)))
        for part, title in settings.PROFILE_GROUPS.items()
    ]
    return Sheet(
        groups if profile else [],
        profile.refreshed_at if profile else None,
        StaleMark.objects.filter(customer=customer).values_list("since", flat=True).first(),
    )


def _figures(part: str, profile: Profile | None, shop: Shop) -> Iterator[Figure]:
    for feature in settings.PROFILE_FEATURES:
        if profile and feature.part == part:
            value = feature.of(profile)
            if feature.coded and value:
                value = _called(value, names_of(feature.path, shop))
            yield Figure(
                name=feature.path,
                label=str(feature.label),
                value=written(feature, value, shop.currency),
                unit=shop.currency if feature.unit == "cents" else code_words.said(feature.unit),
                how=str(feature.how),
            )


def _called(value: Any, names: dict[str, str]) -> Any:
    """One code or several in words; one that a shop made up, as it is."""
    return [names.get(v, v) for v in value] if isinstance(value, list) else names.get(value, value)


def names_of(path: str, shop: Shop) -> dict[str, str]:
    """What the values of a feature are called."""
    return dict(import_string(settings.RULE_VALUES[path])(shop, ""))


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
    if feature.unit == WEEKDAYS:
        return str(dates.WEEKDAYS[value - 1])
    if feature.unit == HOURS:
        return f"{value:02}:00"
    if isinstance(value, int | float):
        return figure(value)
    return code_words.said(str(value))


def _item(item: Any) -> str:
    if isinstance(item, dict):
        return f"{item.get('title', '')} {item.get('times', '')}×".strip()
    return str(item)
