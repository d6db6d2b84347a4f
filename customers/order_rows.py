"""Orders in a file: a row a line, the rows of an order below one another, as shops export them.

What is said of the order as a whole may stand in its first row only. An order is taken as a whole
or not at all: one with a line missing would be worth less than it was.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.row_values import Field, RowFault, Told, Values, email_of, moment, money
from shops.connectors.base import CustomerFact, Fact, LineFact, OrderFact, ProductFact
from shops.connectors.documents import guest

MOST_LINES = 10_000
SALE = {"", "sale", "order", "paid", "completed", "fulfilled"}
TAKEN_BACK = {"cancellation", "return", "refund", "credit note"}
CURRENCY = re.compile(r"[A-Z]{3}")
WHOLE = re.compile(r"-?\d{1,9}(\.0+)?")


def read_order(rows: Sequence[Values], told: Told) -> list[Fact]:
    """The order that these rows are the lines of, with its products and, by e-mail, its buyer."""
    head = rows[0]
    kind, currency, email = _kind(head), _currency(head, told), email_of(head)
    placed_at, updated_at = moment(head, "placed_at", told), moment(head, "updated_at", told)
    assert placed_at is not None  # noqa: S101 - required
    said_at = updated_at or told.at
    total = _total(head, kind, currency)
    buyer = head["customer_id"] or guest(email)
    lines = tuple(_lines(rows, kind, currency))
    order = OrderFact(
        external_id=head["id"], kind=kind, customer_id=buyer, placed_at=placed_at,
        updated_at=said_at, currency=currency, country=head["country"], lines=lines,
        total_cents=total, cancels=head["cancels"] if kind == "cancellation" else "",
    )  # fmt: skip
    known_at = min(said_at, placed_at)  # what it cost then is no news of what it costs today
    facts: list[Fact] = [
        ProductFact(line.product_id, known_at, row["title"], price_cents=line.unit_price_cents)
        for row, line in zip(rows, lines, strict=True)
    ]
    if email:
        facts.append(CustomerFact(buyer, known_at, email=email))
    return [*facts, order]


def _kind(row: Values) -> str:
    said = row["kind"].lower()
    if said not in SALE | TAKEN_BACK:
        raise RowFault(
            "kind", _("%r is neither a sale nor a cancellation") % row["kind"],
            _("Write sale, cancellation or nothing."),
        )  # fmt: skip
    return "cancellation" if said in TAKEN_BACK else "sale"


def _currency(row: Values, told: Told) -> str:
    said = row["currency"].upper() or told.currency
    if not CURRENCY.fullmatch(said):
        raise RowFault("currency", _("%r is no currency") % row["currency"], _("Write it as EUR."))
    return said


def _total(row: Values, kind: str, currency: str) -> int | None:
    cents = _size(row, "total", currency)
    if cents and kind == "sale" and row["total"].startswith("-"):
        raise RowFault(
            "total", _("is less than nothing in a sale"), _("Say that it is a cancellation.")
        )
    return -cents if cents is not None and kind == "cancellation" else cents


def _lines(rows: Sequence[Values], kind: str, currency: str) -> list[LineFact]:
    if len(rows) > MOST_LINES:
        raise RowFault("id", _("has more than %d lines") % MOST_LINES, _("Split the order."))
    found = []
    for number, row in enumerate(rows):
        try:
            found.append(_line(row, kind, currency))
        except RowFault as fault:
            fault.at = number
            raise
    return found


def _line(row: Values, kind: str, currency: str) -> LineFact:
    """Pieces of a cancellation count as taken back, with or without a minus in the file."""
    if not WHOLE.fullmatch(row["quantity"]):
        raise RowFault("quantity", _("%r is no number of pieces") % row["quantity"],
                       _("Write a whole number."))  # fmt: skip
    quantity = int(float(row["quantity"]))
    quantity = -abs(quantity) if kind == "cancellation" else quantity
    price = money(row, "unit_price", currency)
    assert price is not None  # noqa: S101 - required
    stated = _size(row, "line_total", currency)
    total = quantity * price if stated is None else stated if quantity >= 0 else -stated
    return LineFact(row["product_id"], quantity, price, total)


def _size(row: Values, field: str, currency: str) -> int | None:
    """An amount without its sign: some systems write what is given back with a minus."""
    return money({**row, field: row[field].removeprefix("-")}, field, currency)


FIELDS = (
    Field("id", gettext_lazy("Order number"),
          ("orderid", "ordernumber", "order", "invoiceno", "name"), required=True, carried=True),
    Field("kind", gettext_lazy("Sale or cancellation"), ("type", "documenttype"), 20, carried=True),
    Field("cancels", gettext_lazy("Order that it cancels"), ("originalorder", "cancelled"),
          carried=True),
    Field("customer_id", gettext_lazy("Customer id"), ("customerid", "customer", "userid"),
          carried=True),
    Field("email", gettext_lazy("E-mail"), ("mail", "emailaddress", "customeremail"), 254,
          carried=True),
    Field("placed_at", gettext_lazy("When it was placed"),
          ("orderdate", "createdat", "date", "invoicedate", "processedat"), 40, required=True,
          carried=True),
    Field("currency", gettext_lazy("Currency"), ("currencycode",), 10, carried=True),
    Field("country", gettext_lazy("Country"), ("billingcountry", "shippingcountry", "countrycode"),
          60, carried=True),
    Field("total", gettext_lazy("Total of the order"), ("ordertotal", "grandtotal"), 30,
          carried=True),
    Field("updated_at", gettext_lazy("Said at"), ("updated",), 40, carried=True),
    Field("product_id", gettext_lazy("Product id"), ("sku", "lineitemsku", "stockcode"),
          required=True),
    Field("title", gettext_lazy("Title"), ("lineitemname", "productname", "item", "description"),
          300),
    Field("quantity", gettext_lazy("Pieces"), ("lineitemquantity", "qty", "amount"), 20,
          required=True),
    Field("unit_price", gettext_lazy("Price of a piece"), ("lineitemprice", "price", "itemprice"),
          30, required=True),
    Field("line_total", gettext_lazy("Total of the line"), ("lineamount", "lineitemtotal"), 30),
)  # fmt: skip
