"""What a list can be narrowed by. Only what an index finds is offered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from rest_framework.request import Request

from shops.connectors.base import PayloadError
from shops.connectors.node import check_text, moment
from shops.models import Shop
from shops.rest.bodies import Schema
from shops.rest.problems import Fault, Problem

LONGEST = 254
OF_PAGING = {"cursor", "limit"}

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Filter:
    """One parameter of a list: what it takes, and how it narrows the rows of a shop."""

    says: str | Promise
    schema: Schema
    narrow: Callable[[Rows, Any, Shop], Rows]
    read: Callable[[str], Any] = str
    required: bool = False


def text(lookup: str, says: str | Promise) -> Filter:
    """Rows whose column is exactly this text."""
    return Filter(
        says,
        {"type": "string", "minLength": 1, "maxLength": LONGEST},
        lambda rows, value, shop: rows.filter(**{lookup: value}),
    )


def time(lookup: str, says: str | Promise) -> Filter:
    """Rows before or after a moment, which is written as ISO 8601 with its zone."""
    return Filter(
        says,
        {"type": "string", "format": "date-time"},
        lambda rows, value, shop: rows.filter(**{lookup: value}),
        lambda value: moment(value, "").isoformat(),
    )


def apply(filters: Mapping[str, Filter], rows: Rows, request: Request) -> Rows:
    """The rows that the request asks for. Raises Problem for what is not documented."""
    said = request.query_params
    faults = [
        Fault(name, _("there is no such parameter.")) for name in said.keys() - filters - OF_PAGING
    ]
    faults += [
        Fault(name, _("is given more than once.")) for name, all_ in said.lists() if len(all_) > 1
    ]
    for name, known in filters.items():
        faults += _faults(name, known, said.get(name))
    if faults:
        raise Problem("invalid", _("The parameters are not right."), faults)
    for name, known in filters.items():
        if name in said:
            rows = known.narrow(rows, _value(name, known, said[name]), request.auth.shop)
    return rows


def _faults(name: str, known: Filter, value: str | None) -> list[Fault]:
    if value is None:
        return [Fault(name, _("is required."))] if known.required else []
    errors = Draft202012Validator(known.schema).iter_errors(value)
    return [Fault(name, error.message[:300]) for error in errors]


def _value(name: str, known: Filter, value: str) -> Any:
    """What the parameter means. Raises Problem when it fits its schema and means nothing."""
    try:
        check_text(value)
        return known.read(value)
    except PayloadError as fault:
        says = [Fault(name, fault.message)]
        raise Problem("unacceptable", _("The parameters mean nothing."), says) from fault
