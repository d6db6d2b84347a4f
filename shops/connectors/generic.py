"""Any shop that can post JSON: Standard Webhooks signature, our own event schema."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from shops.connectors import signing
from shops.connectors.base import (
    Call,
    Connector,
    ConsentFact,
    CustomerFact,
    Envelope,
    Fact,
    LineFact,
    OrderFact,
    PayloadError,
    ProductFact,
    TouchpointFact,
    read_each,
)
from shops.connectors.node import moment

SCHEMA = json.loads(Path(__file__).with_name("generic.schema.json").read_text())
MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,100}")
BATCH = "batch"

Data = dict[str, Any]


class Generic(Connector):
    """Waymark's own webhook format; see docs/webhooks.md."""

    label = "Generic"
    makes_secret = False
    guide = _("Anything that can post JSON; the format is described in docs/webhooks.md.")

    def __init__(self) -> None:
        self.readers: dict[str, tuple[str, Callable[[Data, datetime], list[Fact]]]] = {
            "customer.updated": ("customer", read_customer),
            "product.updated": ("product", read_product),
            "order.placed": ("order", lambda data, now: read_order(data, now, "sale")),
            "order.cancelled": ("order", lambda data, now: read_order(data, now, "cancellation")),
            "review.written": ("review", read_review),
            "touchpoint.recorded": ("touchpoint", read_touchpoint),
            "consent.given": ("consent", lambda data, now: read_consent(data, now, given=True)),
            "consent.withdrawn": (
                "consent",
                lambda data, now: read_consent(data, now, given=False),
            ),
        }

    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        signing.check_standard(secrets, headers, body)

    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        message_id = headers.get("webhook-id", "")
        if not MESSAGE_ID.fullmatch(message_id):
            raise PayloadError("webhook-id", "must be 1 to 100 visible ASCII characters.")
        topic = payload.get("type") if isinstance(payload, dict) else None
        if not isinstance(topic, str) or not MESSAGE_ID.fullmatch(topic):
            raise PayloadError("type", 'must name the topic, for example "order.placed".')
        return Envelope(message_id, topic)

    def reads(self, topic: str) -> bool:
        return topic == BATCH or topic in self.readers

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        return self._batch(payload) if topic == BATCH else self._named_event(payload)

    def _event(self, payload: Any) -> list[Fact]:
        _check(SCHEMA, payload, [])
        definition, read = self.readers[payload["type"]]
        _check(
            {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}, payload["data"], ["data"]
        )
        return read(payload["data"], moment(payload["timestamp"], "timestamp"))

    def _batch(self, payload: Any) -> list[Fact]:
        """Every event that can be read; the fault names those that cannot."""
        _check({"$ref": "#/$defs/batch", "$defs": SCHEMA["$defs"]}, payload, [])
        return read_each(enumerate(payload["events"]), self._numbered)

    def _numbered(self, numbered: tuple[int, Any]) -> list[Fact]:
        number, event = numbered
        try:
            return self._named_event(event)
        except PayloadError as fault:
            raise PayloadError(f"events[{number}].{fault.path}", fault.message) from fault

    def _named_event(self, event: Any) -> list[Fact]:
        topic = event.get("type") if isinstance(event, dict) else None
        if not isinstance(topic, str) or topic not in self.readers:
            raise PayloadError("type", f"there is no topic {str(topic)[:60]!r}.")
        return self._event(event)


def _check(schema: Data, value: Any, at: list[str | int]) -> None:
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error:
        raise PayloadError(_path([*at, *error.absolute_path]), error.message[:300])


def _path(parts: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".") or "(whole body)"


def customer_fact(data: Data, updated_at: datetime) -> CustomerFact:
    """The customer object that several topics carry."""
    names = ("phone", "first_name", "last_name", "country", "language")
    return CustomerFact(
        external_id=data["id"],
        updated_at=updated_at,
        email=data.get("email", "").strip().lower(),
        **{name: data.get(name, "") for name in names},
    )


def read_customer(data: Data, now: datetime) -> list[Fact]:
    facts: list[Fact] = [customer_fact(data, now)]
    if "accepts_marketing" in data:
        given = data["accepts_marketing"]
        facts.append(ConsentFact(data["id"], "email", given, now, "shop", explicit=False))
    return facts


def read_product(data: Data, now: datetime) -> list[Fact]:
    return [
        ProductFact(
            external_id=data["id"],
            updated_at=now,
            title=data.get("title", ""),
            category=data.get("category", ""),
            brand=data.get("brand", ""),
            price_cents=data.get("price_cents"),
            available=data.get("available"),
            stock_count=data.get("stock_count"),
            cost_cents=data.get("cost_cents"),
        )
    ]


def read_order(data: Data, now: datetime, kind: str) -> list[Fact]:
    placed_at = moment(data["placed_at"], "data.placed_at")
    updated_at = moment(data.get("updated_at") or data["placed_at"], "data.updated_at")
    sign = -1 if kind == "cancellation" else 1
    buyer = data.get("customer")
    facts: list[Fact] = read_customer(buyer, updated_at) if buyer else []
    for line in data["lines"]:
        facts.append(
            ProductFact(
                external_id=line["product_id"],
                updated_at=updated_at,
                title=line.get("title", ""),
                price_cents=line["unit_price_cents"],
            )
        )
    facts.append(
        OrderFact(
            external_id=data["id"],
            kind=kind,
            customer_id=buyer["id"] if buyer else "",
            placed_at=placed_at,
            updated_at=updated_at,
            currency=data["currency"],
            country=data.get("country", ""),
            lines=tuple(_line(line, sign) for line in data["lines"]),
        )
    )
    return facts


def _line(line: Data, sign: int) -> LineFact:
    total = line.get("total_cents", line["quantity"] * line["unit_price_cents"])
    return LineFact(
        product_id=line["product_id"],
        quantity=sign * line["quantity"],
        unit_price_cents=line["unit_price_cents"],
        total_cents=sign * total,
    )


def read_review(data: Data, now: datetime) -> list[Fact]:
    written_at = moment(data["written_at"], "data.written_at")
    words = ("product_id", "rating", "title", "text", "language")
    return [
        TouchpointFact(
            source=f"review:{data['id']}",
            kind="review.written",
            customer_id=data.get("customer_id", ""),
            occurred_at=written_at,
            data={name: data[name] for name in words if name in data},
        )
    ]


def read_touchpoint(data: Data, now: datetime) -> list[Fact]:
    return [
        TouchpointFact(
            source=f"touchpoint:{data['id']}",
            kind=data["kind"],
            customer_id=data["customer_id"],
            occurred_at=moment(data["occurred_at"], "data.occurred_at"),
            data=data.get("data", {}),
        )
    ]


def read_consent(data: Data, now: datetime, *, given: bool) -> list[Fact]:
    how = data.get("how", "shop")
    return [ConsentFact(data["customer_id"], data["channel"], given, now, how)]
