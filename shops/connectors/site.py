"""A shop's own pages, by the script of docs/site.md. Anybody may post here."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from shops import recognising
from shops.connectors.base import (
    BadSignature,
    Call,
    Connector,
    Envelope,
    Fact,
    RecognitionFact,
    TouchpointFact,
    read_each,
)
from shops.connectors.node import Node

TOPIC = "events"
MOST_EVENTS = 500
MOST_CHARACTERS = 4_000  # of what a shop tells with an event of its own
TOLERANCE = timedelta(minutes=1)  # a visitor's clock that is further off is corrected
OLDEST = timedelta(days=7)  # how long the script keeps what it could not send
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
PAGE = {"path": 500, "title": 200, "referrer": 200} | dict.fromkeys(CAMPAIGN, 100)
LAST_MOMENT = 10**13  # milliseconds since 1970: the year 2286
ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
# What only the shop's server or we may say; a visitor could write anything into a page.
RESERVED = {"campaign", "consent", "customer", "message", "order", "review", "score", "visitor"}
NEWS = {"product.restocked", "product.price_dropped"}  # the shop's to tell: campaigns begin by them
# In the names of crawlers, previews, monitors and driven browsers. "cubot" makes phones.
BOTS = re.compile(
    r"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|headless|phantomjs|lighthouse|pagespeed|inspection"
    r"|facebookexternalhit|preview|mediapartners|pingdom|gtmetrix|uptime|monitor|scrap|archiv"
    r"|curl|wget|python|java/|go-http|okhttp|axios|node-fetch|puppeteer|playwright|selenium|cypress",
    re.IGNORECASE,
)

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What the events of a call have in common; `clock` is how far the visitor's is behind."""

    visitor: str
    is_bot: bool
    clock: timedelta
    call: Call


class Site(Connector):
    """The script on the shop's own pages; see docs/site.md."""

    label = "Shop pages"
    is_platform = False
    guide = _("Paste the script into the shop's pages.")

    def __init__(self) -> None:
        self.readers: dict[str, Callable[[Node], Data]] = {
            "page.viewed": read_page,
            "product.viewed": read_product,
            "search.made": read_search,
            "cart.updated": read_cart,
        }

    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        """Anybody may post: the key in the address is public and only lets events in."""

    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        batch = Node(payload)
        # A prefix that no platform's id has: a visitor must not be able to use those up.
        message_id = f"site:{read_id(batch['visitor'])}:{read_id(batch['id'])}"
        if not 1 <= len(list(batch["events"])) <= MOST_EVENTS:
            raise batch["events"].fault(f"must be 1 to {MOST_EVENTS} events.")
        return Envelope(message_id, TOPIC)

    def reads(self, topic: str) -> bool:
        return topic == TOPIC

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        """Every event that can be read; the fault names those that cannot."""
        visit = read_visit(Node(payload), call)
        return read_each(Node(payload)["events"], lambda event: self._event(event, visit))

    def _event(self, event: Node, visit: Visit) -> list[Fact]:
        source, at = f"site:{read_id(event['id'])}", read_moment(event["at"], visit)
        kind, data = event["kind"].text(), read_object(event["data"])
        if kind == "visitor.identified":
            return [recognise(data, visit, source, at)]
        if len(kind) > 60 or not KIND.fullmatch(kind):
            raise event["kind"].fault('must be 1 to 60 characters such as "quiz.finished".')
        if kind.partition(".")[0] in RESERVED or kind in NEWS:
            raise event["kind"].fault(f"{kind!r} is not a page's to tell; give it another name.")
        told = self.readers.get(kind, read_custom)(data)
        said = {name: value for name, value in told.items() if value not in ("", None)}
        said |= {"visitor": visit.visitor, "bot": visit.is_bot}
        return [TouchpointFact(source, kind, "", at, said, visitor=visit.visitor)]


def read_id(node: Node) -> str:
    if not isinstance(node.value, str) or not ID.fullmatch(node.value):
        raise node.fault("must be an id of 8 to 40 letters, digits, - or _.")
    return node.value


def read_object(node: Node) -> Node:
    if node.value is not None and not isinstance(node.value, dict):
        raise node.fault("must be an object.")
    return node


def read_visit(batch: Node, call: Call) -> Visit:
    sent = read_clock(batch["sent"])
    clock = call.sent_at - sent if sent else timedelta(0)
    return Visit(
        visitor=read_id(batch["visitor"]),
        is_bot=is_bot(batch["agent"].text(1000), driven=batch["driven"].value is True),
        clock=clock if abs(clock) > TOLERANCE else timedelta(0),
        call=call,
    )


def is_bot(agent: str, *, driven: bool) -> bool:
    """Whether a machine is looking at the page: it says so, or names no browser."""
    return driven or not agent or bool(BOTS.search(agent))


def read_clock(node: Node) -> datetime | None:
    """Milliseconds since 1970, as a browser counts them."""
    if not node:
        return None
    if not 0 <= node.decimal() <= LAST_MOMENT:
        raise node.fault("must be milliseconds since 1970.")
    return datetime.fromtimestamp(float(node.decimal()) / 1000, UTC)


def read_moment(node: Node, visit: Visit) -> datetime:
    """When it happened by our clock: neither in the future nor long before it was told."""
    received = visit.call.sent_at
    at = (read_clock(node) or received - visit.clock) + visit.clock
    return received if at > received + TOLERANCE else max(at, received - OLDEST)


def recognise(data: Node, visit: Visit, source: str, at: datetime) -> RecognitionFact:
    """Who the visitor is. Raises PayloadError for a signature that is not the shop's or ours."""
    call = visit.call
    if token := data["token"].text(200):
        try:
            customer = recognising.customer_of(token, call.shop_id, call.sent_at)
        except BadSignature as fault:
            raise data["token"].fault(f"{fault}.") from fault
        return RecognitionFact(source, visit.visitor, at, "link", customer_key=customer)
    customer_id = data["customer"].id()
    try:
        recognising.check_signature(call.secrets, customer_id, data["signature"].text())
    except BadSignature as fault:
        raise data["signature"].fault(f"{fault}.") from fault
    return RecognitionFact(source, visit.visitor, at, "login", customer_id=customer_id)


def read_page(data: Node) -> Data:
    return {name: data[name].text(limit) for name, limit in PAGE.items()}


def read_product(data: Node) -> Data:
    currency = data["currency"].currency()
    return {
        "product_id": data["id"].id(),
        "title": data["title"].text(300),
        "category": data["category"].text(),
        "brand": data["brand"].text(),
        "price_cents": data["price"].minor(currency) if data["price"] else None,
        "currency": currency,
    }


def read_search(data: Node) -> Data:
    results = data["results"].count() if data["results"].value is not None else None
    return {"query": data["query"].text(200), "results": results}


def read_cart(data: Node) -> Data:
    currency = data["currency"].currency()
    lines = [
        {"product_id": line["id"].id(), "quantity": line["quantity"].count() or 1}
        for line in data["items"]
    ]
    total = data["total"].minor(currency) if data["total"] else None
    return {"lines": lines, "total_cents": total, "currency": currency}


def read_custom(data: Node) -> Data:
    if len(json.dumps(data.value)) > MOST_CHARACTERS:
        raise data.fault(f"must have at most {MOST_CHARACTERS} characters as JSON.")
    return data.value or {}
