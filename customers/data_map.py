"""The map of personal data, put together from the models and what is declared of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from shops import keeping
from shops.models import Shop

HOLDS_WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField,
               models.GenericIPAddressField)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of data: what it is for, how long it is kept, what in it names or describes a
    person, and which roles see it."""

    name: str
    purpose: Any
    kept: Any
    personal: list[str]
    pseudonymous: list[str]
    seen_by: list[Any]


def kinds() -> list[Kind]:
    """Every kind that says something of a person."""
    found, known = [], {model._meta.label_lower: model for model in apps.get_models()}
    for label, columns in settings.PERSONAL_DATA.items():
        model = known[label]
        named = {each: [_name(model, name) for name, said in columns.items() if said == each]
                 for each in ("personal", "pseudonymous")}  # fmt: skip
        if any(named.values()):
            room = label.partition(".")[0]
            purpose, kept = settings.DATA_PURPOSES.get(label) or settings.DATA_PURPOSES[room]
            found.append(Kind(str(model._meta.verbose_name), purpose, kept, **named,
                              seen_by=_roles(label)))  # fmt: skip
    return found


def terms(shops: Iterable[Shop]) -> list[tuple[str, Any, int]]:
    """What these shops have chosen themselves: shop, kind and days."""
    return [
        (shop.name, keeping.kinds()[kind].label, days)
        for shop in shops
        for kind, days in sorted(keeping.of(shop).items())
        if kind in keeping.kinds()
    ]


def undeclared() -> list[str]:
    """Columns that can hold words and of which nobody has said what they hold, and the other way
    round: declared ones that are gone."""
    declared = {f"{label}.{name}" for label, names in settings.PERSONAL_DATA.items()
                for name in names}  # fmt: skip
    rooms = {label.partition(".")[0] for label in settings.PERSONAL_DATA}
    held = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in rooms
        for field in model._meta.concrete_fields
        if isinstance(field, HOLDS_WORDS)
    }
    return sorted(held ^ declared)


def _name(model: type[models.Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "verbose_name", name))


def _roles(label: str) -> list[Any]:
    app, model = label.split(".")
    return [said for role, said in settings.ROLES.items()
            if f"{app}.view_{model}" in settings.ROLE_RIGHTS[role]]  # fmt: skip
