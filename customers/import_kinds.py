"""What a file may bring: for each kind its fields, how columns are guessed, and how a row is read.

A row becomes the facts that a webhook would bring, so that a file and a shop's calls converge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import order_rows, review_rows
from customers.row_values import (
    Field,
    RowFault,
    Told,
    Values,
    email_of,
    moment,
    money,
    object_of,
    whole,
)
from shops.connectors.base import (
    ConsentFact,
    CustomerFact,
    Fact,
    ProductFact,
    TouchpointFact,
)
from shops.connectors.documents import guest

YES = {"yes", "y", "true", "1", "ja", "oui", "si", "是", "subscribed", "x"}
NO = {"no", "n", "false", "0", "nein", "non", "否", "unsubscribed", "cleaned"}
OURS = ("consent.", "message.", "order.", "review.")  # recorded from what they tell of


@dataclass(frozen=True)
class Kind:
    """Rows of one kind; neighbours with the same value of `together` are read as one."""

    label: str | Promise
    fields: tuple[Field, ...]
    read: Callable[[Sequence[Values], Told], list[Fact]]
    together: str = ""


def single(read: Callable[[Values, Told], list[Fact]]) -> Callable[..., list[Fact]]:
    """A reader of rows that stand for themselves."""
    return lambda rows, told: read(rows[0], told)


def read_customer(row: Values, told: Told) -> list[Fact]:
    email = email_of(row)
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
            brand=row["brand"],
            price_cents=money(row, "price", told.currency),
            available=None if not available else available in YES,
            stock_count=whole(row, "stock"),
            cost_cents=money(row, "cost", told.currency),
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
                           object_of(row, "data"))]  # fmt: skip


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
        single(read_customer),
    ),
    "products": Kind(
        gettext_lazy("Products"),
        (
            Field("id", gettext_lazy("Product id"), ("id", "productid", "sku"), required=True),
            Field("title", gettext_lazy("Title"), ("title", "name"), 300),
            Field("category", gettext_lazy("Category"), ("category", "producttype", "type")),
            Field("brand", gettext_lazy("Brand"), ("brand", "vendor", "manufacturer", "make")),
            Field("price", gettext_lazy("Price"), ("price", "unitprice"), 30),
            Field("available", gettext_lazy("On sale (yes or no)"), ("available", "active"), 10),
            Field("stock", gettext_lazy("Pieces in stock"),
                  ("stock", "stockquantity", "inventory", "variantinventoryqty"), 12),
            Field("cost", gettext_lazy("What one costs the shop"),
                  ("cost", "costperitem", "costprice", "unitcost"), 30),
            Field("updated_at", gettext_lazy("Said at"), ("updatedat", "updated"), 40),
        ),
        single(read_product),
    ),
    "orders": Kind(
        gettext_lazy("Orders, a row a line"), order_rows.FIELDS, order_rows.read_order, "id"
    ),
    "reviews": Kind(
        gettext_lazy("Reviews"), review_rows.FIELDS, single(review_rows.read_review)
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
        single(read_touchpoint),
    ),
}  # fmt: skip


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
