"""Reads other people's JSON: lenient about what is missing, exact about where a fault is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from shops.connectors.base import PayloadError
from shops.money import places

EARLIEST, LATEST = 1970, 2200  # outside these years a time is a mistake, not a fact
LARGEST = 10**15  # minor units; bigint holds more, sums of many orders must fit too
LARGEST_COUNT = 10**9
TAGS = re.compile(r"<[^>]*>")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
NO_DATE = ("0000-00-00", "-0001-11-30")  # how MySQL and PHP write that there is none
GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
CURRENCY = re.compile(r"[A-Z]{3}")


def moment(text: str, path: str, *, assume_utc: bool = False) -> datetime:
    """An ISO 8601 time with its zone. Raises PayloadError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise PayloadError(path, f"{text[:60]!r} is not an ISO 8601 time.") from None
    if found.tzinfo is None:
        if not assume_utc:
            raise PayloadError(path, f"{text!r} has no zone; end it with Z or an offset.")
        found = found.replace(tzinfo=UTC)
    if not EARLIEST <= found.year <= LATEST:
        raise PayloadError(path, f"{text!r} is not between {EARLIEST} and {LATEST}.")
    return found.astimezone(UTC)


def ungrouped(value: Any) -> str:
    """A number as text, without the commas that group its thousands: "1,234.50" is 1234.50."""
    text = str(value).strip()
    return text.replace(",", "") if GROUPED.fullmatch(text) else text


def check_text(value: Any, path: str = "") -> None:
    """Raises PayloadError for text that Postgres cannot hold: rather here than in a batch."""
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise PayloadError(path or "(whole body)", "contains U+0000 or half a surrogate pair.")
    if isinstance(value, dict):
        for key, item in value.items():
            check_text(key, f"{path}.{key!r}".lstrip("."))
            check_text(item, f"{path}.{key}".lstrip("."))
    if isinstance(value, list):
        for number, item in enumerate(value):
            check_text(item, f"{path}[{number}]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a payload and the path to it. What is null counts as missing."""

    value: Any
    path: str = ""

    def __bool__(self) -> bool:
        return self.value not in (None, "", [], {})

    def __getitem__(self, key: str) -> "Node":
        if not self:  # PHP writes an object without members as []
            return Node(None, f"{self.path}.{key}".lstrip("."))
        if not isinstance(self.value, dict):
            raise self.fault("must be an object.")
        return Node(self.value.get(key), f"{self.path}.{key}".lstrip("."))

    def __iter__(self) -> Iterator["Node"]:
        if not self:
            return iter(())
        items = self.value
        if isinstance(items, dict) and all(key.isdecimal() for key in items):
            items = list(items.values())  # PHP writes a list with gaps as an object
        if not isinstance(items, list):
            raise self.fault("must be a list.")
        return iter([Node(item, f"{self.path}[{n}]") for n, item in enumerate(items)])

    def first(self, *keys: str) -> "Node":
        """The first of these members that says anything; platforms rename them over the years.

        A dotted key goes down several levels; where a level is no object, nothing is said.
        """
        node = self[keys[0].partition(".")[0]]
        for key in keys:
            node = self
            for part in key.split("."):
                node = node[part] if isinstance(node.value, dict) else Node(None, node.path)
            if node:
                break
        return node

    def fault(self, message: str) -> PayloadError:
        return PayloadError(self.path or "(whole body)", message)

    def text(self, limit: int = 100) -> str:
        """Text cut to the limit; "" when missing. A number is taken as it is written."""
        if self.value is None or self.value is False:  # which PHP writes where nothing is
            return ""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.fault("must be a text.")
        return str(self.value).strip()[:limit]

    def plain(self, limit: int) -> str:
        """Text without HTML."""
        return unescape(TAGS.sub(" ", self.text(1_000_000))).strip()[:limit]

    def id(self) -> str:
        """A platform's id as text; never empty."""
        found = self.text(101)
        if isinstance(self.value, float) and self.value.is_integer():
            found = str(int(self.value))
        if not found or len(found) > 100:
            raise self.fault("must be an id of 1 to 100 characters.")
        return found

    def decimal(self) -> Decimal:
        """A finite number, 0 when missing; platforms write it as text or as a JSON number."""
        if not self:
            return Decimal(0)
        try:
            number = Decimal(ungrouped(self.value)) if not isinstance(self.value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or abs(number) > LARGEST:
            raise self.fault("must be a number.")
        return number

    def count(self) -> int:
        """A whole number, 0 when missing."""
        number = self.decimal()
        if number != number.to_integral_value() or abs(number) > LARGEST_COUNT:
            raise self.fault("must be a whole number.")
        return int(number)

    def minor(self, currency: str) -> int:
        """Money in the currency's minor units."""
        scaled = self.decimal().scaleb(places(currency))
        if abs(scaled) > LARGEST:
            raise self.fault("is too large an amount.")
        return int(scaled.to_integral_value())

    def currency(self) -> str:
        """A currency's code, "" when missing."""
        found = self.text(4).upper()
        if found and not CURRENCY.fullmatch(found):
            raise self.fault("must be an ISO 4217 code such as EUR.")
        return found

    def moment(self) -> datetime | None:
        """A time, None when missing. One without a zone is UTC: the platforms' documents say so."""
        text = self.text(60)
        is_said = text and not text.startswith(NO_DATE)
        return moment(text, self.path, assume_utc=True) if is_said else None

    def language(self) -> str:
        """The language of a locale: "de" of "de_DE"."""
        return re.split(r"[-_]", self.text(10))[0].lower()

    def email(self) -> str:
        return self.text(254).lower()
