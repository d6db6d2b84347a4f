"""What a connector must do, and the one vocabulary it translates into."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class BadSignature(Exception):
    """The call was not signed by the shop, or not now. Says which check failed."""


class PayloadError(Exception):
    """A payload that cannot be read; `path` is where, such as `data.lines[2].quantity`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer as the shop describes them; empty text means "not said"."""

    external_id: str
    updated_at: datetime
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product as the shop describes it."""

    external_id: str
    updated_at: datetime
    title: str = ""
    category: str = ""
    price_cents: int | None = None


@dataclass(frozen=True, slots=True)
class LineFact:
    """One position of an order; negative in a cancellation."""

    product_id: str
    quantity: int
    unit_price_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True)
class OrderFact:
    """A sale or a cancellation; `customer_id` empty means an anonymous order."""

    external_id: str
    kind: str
    customer_id: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    country: str
    lines: tuple[LineFact, ...]


@dataclass(frozen=True, slots=True)
class TouchpointFact:
    """Anything else a customer did or met. `source` makes a repeat recognisable."""

    source: str
    kind: str
    customer_id: str
    occurred_at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A permission given or withdrawn.

    One that is merely mentioned (a flag on an order) is not `explicit` and never reopens a consent
    that the customer has withdrawn.
    """

    customer_id: str
    channel: str
    given: bool
    occurred_at: datetime
    how: str
    explicit: bool = True


Fact = CustomerFact | ProductFact | OrderFact | TouchpointFact | ConsentFact


class Connector(ABC):
    """Verifies a platform's webhook calls and translates them. Pure: no database, no network."""

    topics: frozenset[str]

    @abstractmethod
    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        """Accept a call signed with one of the secrets. Raises BadSignature. Header names are
        lower case."""

    @abstractmethod
    def identify(self, headers: Mapping[str, str], payload: Any) -> tuple[str, str]:
        """The platform's id of this delivery and its topic. Raises PayloadError."""

    @abstractmethod
    def parse(self, topic: str, payload: Any) -> list[Fact]:
        """The facts in a payload. Raises PayloadError with the path of the fault."""
