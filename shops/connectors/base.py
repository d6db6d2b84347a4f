"""What a connector must do, and the one vocabulary it translates into."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.utils.functional import Promise

from shops.connectors.api import Api

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # older than anything a shop says itself


class BadSignature(Exception):
    """The call was not signed by the shop, or not now. Says which check failed."""


class PayloadError(Exception):
    """A payload that cannot be read; `path` is where, such as `data.lines[2].quantity`.

    A batch that can be read in part brings the facts of that part in `readable`.
    """

    def __init__(self, path: str, message: str, *, readable: Sequence["Fact"] = ()) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message
        self.readable = list(readable)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a call says about itself: its id, its topic and, where it tells, when it was sent."""

    message_id: str
    topic: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a payload does not say itself: when it was sent, and what is known of its shop.

    `secrets` are those that the shop signs its customers' ids with for its pages.
    """

    sent_at: datetime
    currency: str
    shop_id: int = 0
    secrets: tuple[str, ...] = ()


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
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product as the shop describes it; None means "not said".

    `stock_count` is what is left of all its variants, `cost_cents` what the shop pays for one.
    """

    external_id: str
    updated_at: datetime
    title: str = ""
    category: str = ""
    brand: str = ""
    price_cents: int | None = None
    available: bool | None = None
    stock_count: int | None = None
    cost_cents: int | None = None


@dataclass(frozen=True, slots=True)
class CouponFact:
    """A voucher of the shop: `value` is minor units when `kind` is "amount", else percent."""

    external_id: str
    updated_at: datetime
    code: str
    kind: str
    value: float
    used_count: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineFact:
    """One position of an order; negative in a cancellation."""

    product_id: str
    quantity: int
    unit_price_cents: int
    total_cents: int

    def negated(self) -> "LineFact":
        """The same position taken back."""
        return replace(self, quantity=-self.quantity, total_cents=-self.total_cents)


@dataclass(frozen=True, slots=True)
class OrderFact:
    """One document of an order; `customer_id` empty means an anonymous order.

    `kind` is sale, cancellation (amounts negative), draft (not yet an order) or void (was taken
    back by the shop). A cancellation that names the order it `cancels` belongs to that order's
    customer. `total_cents` None means the sum of the lines. `cancellation` is what the newest
    version of a sale says was taken back as a whole; a version without one takes it away again.
    """

    external_id: str
    kind: str
    customer_id: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    country: str
    lines: tuple[LineFact, ...]
    total_cents: int | None = None
    cancels: str = ""
    cancellation: "OrderFact | None" = None


@dataclass(frozen=True, slots=True)
class TouchpointFact:
    """Anything else a customer did or met. `source` makes a repeat recognisable.

    `revised_at` is set where the shop may tell the same touchpoint again with other words: the
    newest are kept. `visitor` is set where somebody on the shop's pages did it: then it belongs to
    whoever that visitor proves to be, and the first time told stands, for their clocks are loose.
    """

    source: str
    kind: str
    customer_id: str
    occurred_at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    revised_at: datetime | None = None
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class RecognitionFact:
    """A visitor of the shop's pages has proved to be a customer: by `login` or by a mail's `link`.

    The customer is named by the shop's id, or by our own key where a link of ours says so.
    """

    source: str
    visitor: str
    occurred_at: datetime
    how: str
    customer_id: str = ""
    customer_key: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A permission given or withdrawn.

    One that is merely mentioned (a flag on an order) is not `explicit` and never reopens a consent
    that the customer has withdrawn. `proof` may hold the wording agreed to, the page and the
    network address.
    """

    customer_id: str
    channel: str
    given: bool
    occurred_at: datetime
    how: str
    explicit: bool = True
    proof: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergeFact:
    """The shop made two of its customers one. `source` makes a repeat recognisable."""

    source: str
    stays: str
    merged: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class PrivacyFact:
    """A legal request that the shop passes on: `kind` is export, erase or erase_shop."""

    reference: str
    kind: str
    customer_id: str
    requested_at: datetime


Fact = (
    CustomerFact
    | ProductFact
    | CouponFact
    | OrderFact
    | TouchpointFact
    | RecognitionFact
    | ConsentFact
    | MergeFact
    | PrivacyFact
)
Event = TypeVar("Event")


def read_each(events: Iterable[Event], read: Callable[[Event], list[Fact]]) -> list[Fact]:
    """The facts of a batch's events.

    Raises PayloadError for the first that cannot be read, with the facts of all that can.
    """
    facts: list[Fact] = []
    faults = []
    for event in events:
        try:
            facts += read(event)
        except PayloadError as fault:
            faults.append(fault)
    if faults:
        rest = f" ({len(faults) - 1} more events have faults.)" if len(faults) > 1 else ""
        raise PayloadError(faults[0].path, faults[0].message + rest, readable=facts)
    return facts


class Connector(ABC):
    """Verifies a platform's webhook calls and translates them. Pure: no database, no network."""

    label: str
    api: Api | None = None  # where the platform can be asked for its orders
    is_platform = True  # a shop may be connected by it
    makes_secret = True  # the platform makes the signing secret; else it takes ours
    guide: str | Promise  # where the shop's owner enters address and secret

    @abstractmethod
    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        """Accept a call signed with one of the secrets. Raises BadSignature. Header names are
        lower case."""

    @abstractmethod
    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        """What the call says about itself. Raises PayloadError."""

    @abstractmethod
    def reads(self, topic: str) -> bool:
        """Whether the connector has a use for calls of this topic; others are kept, unread."""

    @abstractmethod
    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        """The facts in a payload. Raises PayloadError with the path of the fault."""

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the platform's unsigned first call, answered and not kept."""
        return False
