"""A shop's history from a file of order lines: CSV or Parquet, read in a stream, twice.

The first pass finds where each order ends, because the lines of one order need not stand together;
the second yields whole orders and the rows that cannot be read.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import csv, parquet

from shops.connectors.base import CustomerFact, LineFact, OrderFact, ProductFact

BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Format:
    """Column names of a file of order lines, and how its numbers and times are written."""

    order: str
    product: str
    title: str
    quantity: str
    placed_at: str
    unit_price: str
    customer: str
    country: str
    order_number: re.Pattern[str]
    zone: ZoneInfo
    artificial_names: bool
    goods: re.Pattern[str]  # ids of what is sold; postage and fees have lines of their own

    @property
    def columns(self) -> list[str]:
        return [
            self.order,
            self.product,
            self.title,
            self.quantity,
            self.placed_at,
            self.unit_price,
            self.customer,
            self.country,
        ]


FORMATS = {
    "waymark": Format(
        "order_id", "product_id", "title", "quantity", "placed_at", "unit_price", "customer_id",
        "country", re.compile(r".{1,100}"), ZoneInfo("UTC"), artificial_names=False,
        goods=re.compile(r".*", re.DOTALL),
    ),
    "online_retail": Format(
        "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
        "CustomerID", "Country", re.compile(r"C?\d+"), ZoneInfo("Europe/London"),
        artificial_names=True, goods=re.compile(r"\d{5}.*", re.DOTALL),
    ),
}  # fmt: skip


class UnknownFormat(ValueError):
    """The file's columns fit none of FORMATS."""


class Unreadable(ValueError):
    """A row that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken, with its line number in the file (the first data row is 1)."""

    line: int
    reason: str


@dataclass(slots=True)
class Document:
    """One order of the file with what else its lines say, and the number of rows it took."""

    order: OrderFact
    customer: CustomerFact | None
    products: list[ProductFact]
    rows: int


@dataclass(slots=True)
class Line:
    order: str
    customer: str
    country: str
    placed_at: datetime
    title: str
    fact: LineFact


class HistoryFile:
    """A file of order lines; `shift` moves every date by a whole number of days."""

    def __init__(self, path: Path, currency: str) -> None:
        self.path, self.currency = path, currency
        names = self._schema_names()
        fitting = [f for f in FORMATS.values() if set(f.columns) <= set(names)]
        if not fitting:
            wanted = ", ".join(FORMATS["waymark"].columns)
            raise UnknownFormat(
                f"{path.name} has the columns {', '.join(names)}. It needs at least: {wanted}."
            )
        self.format = fitting[0]
        self.shift = timedelta(0)
        self.last_row: dict[str, int] = {}
        self.row_count = 0
        self.last_placed_at: datetime | None = None
        self._survey()

    def shift_to_end_by(self, moment: datetime) -> int:
        """Shift by the whole days that bring the last order nearest to, not after, `moment`."""
        if self.last_placed_at is None:
            return 0
        return (moment - self.zoned(self.last_placed_at)).days

    def documents(self) -> Iterator[Document | Reject]:
        """Every order, as soon as its last line was read, and every reject, in the file's order."""
        pending: dict[str, list[Line]] = defaultdict(list)
        number = 0
        for batch in self._batches(self.format.columns):
            columns = [batch.column(name).to_pylist() for name in self.format.columns]
            for values in zip(*columns, strict=True):
                number += 1
                order = _text(values[0])
                try:
                    pending[order].append(self._line(order, values))
                except Unreadable as fault:
                    yield Reject(number, str(fault))
                if self.last_row[order] == number and (lines := pending.pop(order, [])):
                    yield self._document(lines)

    def _survey(self) -> None:
        for batch in self._batches([self.format.order, self.format.placed_at]):
            orders, times = (column.to_pylist() for column in batch.columns)
            for order in orders:
                self.row_count += 1
                self.last_row[_text(order)] = self.row_count
            known = [time for time in map(_time, times) if time]
            self.last_placed_at = max([*known, *filter(None, [self.last_placed_at])], default=None)

    def _line(self, order: str, values: tuple[Any, ...]) -> Line:
        _, product, title, quantity, placed_at, unit_price, customer, country = values
        if not self.format.order_number.fullmatch(order):
            raise Unreadable(f"order number {order!r} is neither a sale nor a cancellation")
        moment, count, price = _time(placed_at), _number(quantity), _number(unit_price)
        if moment is None:
            raise Unreadable(f"date {placed_at!r} cannot be read")
        if count is None or count != int(count) or abs(count) > 10**9:
            raise Unreadable(f"quantity {quantity!r} is not a whole number")
        if price is None or price < 0:
            raise Unreadable(f"unit price {unit_price!r} is not a number of 0 or more")
        if not _text(product):
            raise Unreadable("product is empty")
        total = round(count * price * 100)
        fact = LineFact(_text(product)[:100], int(count), round(price * 100), total)
        placed = self.zoned(moment + self.shift)
        name = _text(title).strip()[:300]
        return Line(order, _text(customer)[:100], _text(country)[:60], placed, name, fact)

    def zoned(self, moment: datetime) -> datetime:
        """A time of the file with its zone, in UTC."""
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=self.format.zone)
        return zoned.astimezone(UTC)

    def _document(self, lines: list[Line]) -> Document:
        first = min(lines, key=lambda line: line.placed_at)
        order = OrderFact(
            external_id=first.order,
            kind="cancellation" if first.order.startswith("C") else "sale",
            customer_id=first.customer,
            placed_at=first.placed_at,
            updated_at=first.placed_at,
            currency=self.currency,
            country=first.country,
            lines=tuple(line.fact for line in lines),
        )
        products = [
            ProductFact(
                line.fact.product_id,
                first.placed_at,
                line.title,
                price_cents=line.fact.unit_price_cents,
                available=None if self._is_sold(line.fact.product_id) else False,
            )
            for line in lines
        ]
        return Document(order, self._customer(first), products, len(lines))

    def _is_sold(self, product: str) -> bool:
        return bool(self.format.goods.fullmatch(product))

    def _customer(self, line: Line) -> CustomerFact | None:
        if not line.customer:
            return None
        made_up = self.format.artificial_names
        return CustomerFact(
            external_id=line.customer,
            updated_at=line.placed_at,
            email=f"customer-{line.customer}@example.com" if made_up else "",
            first_name="Customer" if made_up else "",
            last_name=line.customer if made_up else "",
            country=line.country,
        )

    def _schema_names(self) -> list[str]:
        if self.path.suffix == ".parquet":
            return list(parquet.read_schema(self.path).names)
        with csv.open_csv(self.path) as reader:
            return list(reader.schema.names)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        if self.path.suffix == ".parquet":
            with parquet.ParquetFile(self.path) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                    yield batch.select(columns)
        else:
            as_text = csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), include_columns=columns
            )
            with csv.open_csv(self.path, convert_options=as_text) as reader:
                yield from reader


def _text(value: Any) -> str:
    """An id as text: 17850.0 is the customer 17850; NUL characters have no place in Postgres."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "").strip()


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _time(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
