"""What a file may bring: for each kind its fields, how columns are guessed, and how a row is read.

A row becomes the facts that a webhook would bring, so that a file and a shop's calls converge.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shops.connectors.base import (
    LONG_AGO,
    ConsentFact,
    CustomerFact,
    Fact,
    ProductFact,
    TouchpointFact,
)
from shops.connectors.documents import guest
from shops.money import places

YES = {"yes", "y", "true", "1", "ja", "oui", "si", "是", "subscribed", "x"}
NO = {"no", "n", "false", "0", "nein", "non", "否", "unsubscribed", "cleaned"}
OURS = ("consent.", "message.", "order.", "review.")  # recorded from what they tell of


class RowFault(Exception):
    """A row that is not taken: in which field, why, and what to do."""

    def __init__(self, field: str, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.advice = field, reason, advice


@dataclass(frozen=True)
class Field:
    """A part of a row; `guesses` are names that columns of other systems have for it."""

    name: str
    label: str | Promise
    guesses: tuple[str, ...] = ()
    longest: int = 100
    required: bool = False


@dataclass(frozen=True)
class Told:
    """What the file as a whole says: when its rows count as said, the shop's zone and currency."""

    at: datetime
    zone: ZoneInfo
    currency: str


Values = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """Rows of one kind."""

    label: str | Promise
    fields: tuple[Field, ...]
    read: Callable[[Values, Told], list[Fact]]


def read_customer(row: Values, told: Told) -> list[Fact]:
    email = _email(row)
    name = row["id"] or guest(email)
    if not name:
        raise RowFault("id", _("names nobody"), _("Give the customer id, or an e-mail address."))
    updated_at = moment(row, "updated_at", told) or told.at
    fact = CustomerFact(
        external_id=name,
        updated_at=updated_at,
        email=email,
        **{part: row[part] for part in ("phone", "first_name", "last_name", "country", "language")},
        created_at=moment(row, "created_at", told),
    )
    return [fact, *_consent(row, name, told)]


def _consent(row: Values, name: str, told: Told) -> list[Fact]:
    """A permission needs its time and where it was given: neither is ever made up."""
    said = row["consent"].lower()
    if not said:
        return []
    if said not in YES | NO:
        raise RowFault(
            "consent",
            _("%r is neither yes nor no") % row["consent"],
            _("Write yes, no or nothing."),
        )
    given, at, how = said in YES, moment(row, "consent_at", told), row["consent_how"]
    if given and at is None:
        raise RowFault(
            "consent_at",
            _("says that the customer agreed, but not when"),
            _("Give the day on which they agreed, or leave the consent out."),
        )
    if given and not how:
        raise RowFault(
            "consent_how",
            _("says that the customer agreed, but not how"),
            _("Say where they agreed, such as “newsletter form”, or leave the consent out."),
        )
    proof = {part: row[f"consent_{part}"] for part in ("wording", "page", "ip")}
    channel = row["consent_channel"].lower() or "email"
    if channel not in {"email", "sms"}:
        raise RowFault("consent_channel", _("%r is no channel") % channel, _("Write email or sms."))
    return [
        ConsentFact(
            name, channel, given, at or told.at, how or "file",
            proof={part: value for part, value in proof.items() if value},
        )
    ]  # fmt: skip


def read_product(row: Values, told: Told) -> list[Fact]:
    available = row["available"].lower()
    return [
        ProductFact(
            external_id=row["id"],
            updated_at=moment(row, "updated_at", told) or told.at,
            title=row["title"],
            category=row["category"],
            price_cents=_money(row, "price", told.currency),
            available=None if not available else available in YES,
        )
    ]


def read_touchpoint(row: Values, told: Told) -> list[Fact]:
    if row["kind"].startswith(OURS) or "." not in row["kind"]:
        raise RowFault(
            "kind",
            _("%r is no kind that a file may bring") % row["kind"],
            _("Write it as noun.participle, such as product.viewed."),
        )
    at = moment(row, "occurred_at", told)
    assert at is not None  # noqa: S101 - required
    return [TouchpointFact(f"touchpoint:{row['id']}", row["kind"], row["customer_id"], at,
                           _object(row, "data"))]  # fmt: skip


def _email(row: Values) -> str:
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


def _money(row: Values, field: str, currency: str) -> int | None:
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


def _object(row: Values, field: str) -> dict[str, Any]:
    if not row[field]:
        return {}
    try:
        found = json.loads(row[field])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RowFault(field, _("is no JSON object"), _('Write it as {"name": "value"}.'))
    return found


def check(kind: Kind, row: Values) -> None:
    """What holds for every field: required ones are there, none is too long. Raises RowFault."""
    for field in kind.fields:
        value = row[field.name]
        if field.required and not value:
            raise RowFault(field.name, _("is empty"), _("Every row needs it."))
        if len(value) > field.longest:
            raise RowFault(
                field.name, _("has more than %d characters") % field.longest, _("Shorten it.")
            )


ID = gettext_lazy("Customer id")
KINDS = {
    "customers": Kind(
        gettext_lazy("Customers, with consent"),
        (
            Field("id", ID, ("id", "customerid", "externalid", "customer", "kundennummer")),
            Field("email", gettext_lazy("E-mail"), ("email", "mail", "emailaddress"), 254),
            Field("phone", gettext_lazy("Phone"), ("phone", "phonenumber", "mobile", "tel"), 32),
            Field("first_name", gettext_lazy("First name"), ("firstname", "fname", "givenname")),
            Field(
                "last_name", gettext_lazy("Last name"), ("lastname", "lname", "surname", "name")
            ),
            Field("country", gettext_lazy("Country"), ("country", "countrycode", "land"), 60),
            Field("language", gettext_lazy("Language"), ("language", "locale", "lang"), 10),
            Field("created_at", gettext_lazy("Customer since"),
                  ("createdat", "created", "since", "registered"), 40),
            Field("updated_at", gettext_lazy("Said at"), ("updatedat", "updated"), 40),
            Field("consent", gettext_lazy("Agrees to marketing (yes or no)"),
                  ("consent", "acceptsmarketing", "subscribed", "optin", "newsletter", "status"),
                  20),
            Field("consent_at", gettext_lazy("When they agreed"),
                  ("consentat", "optintime", "confirmtime", "subscribedat", "consentdate"), 40),
            Field("consent_how", gettext_lazy("How they agreed"),
                  ("consenthow", "consentsource", "optinsource", "source"), 60),
            Field("consent_channel", gettext_lazy("Channel (email or sms)"), ("channel",), 20),
            Field("consent_wording", gettext_lazy("Text they agreed to"),
                  ("wording", "consenttext"), 2000),
            Field("consent_page", gettext_lazy("Page on which they agreed"),
                  ("consentpage", "page", "url"), 500),
            Field("consent_ip", gettext_lazy("Network address then"),
                  ("consentip", "confirmip", "optinip", "ip"), 45),
        ),
        read_customer,
    ),
    "products": Kind(
        gettext_lazy("Products"),
        (
            Field("id", gettext_lazy("Product id"), ("id", "productid", "sku"), required=True),
            Field("title", gettext_lazy("Title"), ("title", "name"), 300),
            Field("category", gettext_lazy("Category"), ("category", "producttype", "type")),
            Field("price", gettext_lazy("Price"), ("price", "unitprice"), 30),
            Field("available", gettext_lazy("On sale (yes or no)"), ("available", "active"), 10),
            Field("updated_at", gettext_lazy("Said at"), ("updatedat", "updated"), 40),
        ),
        read_product,
    ),
    "touchpoints": Kind(
        gettext_lazy("Touchpoints"),
        (
            Field("id", gettext_lazy("Id"), ("id", "eventid", "touchpointid"), required=True),
            Field("customer_id", ID, ("customerid", "customer", "userid"), required=True),
            Field("kind", gettext_lazy("Kind"), ("kind", "event", "eventname", "type"), 60,
                  required=True),
            Field("occurred_at", gettext_lazy("When"),
                  ("occurredat", "timestamp", "time", "date"), 40, required=True),
            Field("data", gettext_lazy("Data (JSON)"), ("data", "properties"), 20_000),
        ),
        read_touchpoint,
    ),
}  # fmt: skip
UNDATED = LONG_AGO


def guess(kind: Kind, columns: list[str]) -> dict[str, str]:
    """Which column each field is probably in; nothing where no name fits. A column serves once."""
    plain = {_plain(column): column for column in reversed(columns)}
    mapping: dict[str, str] = {}
    for field in kind.fields:
        for name in (_plain(field.name), *field.guesses):
            column = plain.get(name)
            if column and column not in mapping.values():
                mapping[field.name] = column
                break
    return mapping


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
