"""What a cell of a file says: an address, a time, an amount of money; or why it says none."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shops.money import places


class RowFault(Exception):
    """A row that is not taken: in which field, why, and what to do."""

    def __init__(self, field: str, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.advice = field, reason, advice
        self.at = 0  # which of the rows that belong together


@dataclass(frozen=True)
class Field:
    """A part of a row; `guesses` are names that columns of other systems have for it.

    One that is `carried` is said once for all rows that belong together, in the first of them.
    """

    name: str
    label: str | Promise
    guesses: tuple[str, ...] = ()
    longest: int = 100
    required: bool = False
    carried: bool = False


@dataclass(frozen=True)
class Told:
    """What the file as a whole says: when its rows count as said, the shop's zone and currency."""

    at: datetime
    zone: ZoneInfo
    currency: str


Values = Mapping[str, str]


def email_of(row: Values) -> str:
    email = row["email"].lower()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise RowFault(
                "email", _("%r is no e-mail address") % row["email"], _("Mend or empty it.")
            ) from None
    return email


def moment(row: Values, field: str, told: Told) -> datetime | None:
    """A time; one without a zone is the shop's, a day alone is its beginning."""
    value = row[field]
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00").replace("/", "-"))
    except ValueError:
        raise RowFault(
            field, _("%r is no time") % value, _("Write it as 2026-11-28 or 2026-11-28T14:30:00Z.")
        ) from None
    if not date(1990, 1, 1) <= found.date() <= date(2100, 1, 1):
        raise RowFault(field, _("%r lies outside 1990 to 2100") % value, _("Mend the year."))
    return (found if found.tzinfo else found.replace(tzinfo=told.zone)).astimezone(UTC)


def money(row: Values, field: str, currency: str) -> int | None:
    value = row[field].replace(" ", "")
    if not value:
        return None
    whole, comma, rest = value.rpartition(",")
    if comma and "." not in value and len(rest) < 3:
        value = f"{whole}.{rest}"  # 49,00 as it is written on the Continent; 1,200 is none of it
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise RowFault(field, _("%r is no price") % row[field], _("Write it as 49.00."))
    return int((amount * 10 ** places(currency)).to_integral_value())


def whole(row: Values, field: str) -> int | None:
    """A number of pieces."""
    value = row[field].replace(" ", "").removesuffix(".0")
    if not value:
        return None
    if not re.fullmatch(r"-?\d{1,9}", value):
        raise RowFault(field, _("%r is no whole number") % row[field], _("Write it as 12."))
    return int(value)


def object_of(row: Values, field: str) -> dict[str, Any]:
    if not row[field]:
        return {}
    try:
        found = json.loads(row[field])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RowFault(field, _("is no JSON object"), _('Write it as {"name": "value"}.'))
    return found
