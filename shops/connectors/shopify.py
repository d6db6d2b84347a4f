"""Shopify: `X-Shopify-*` headers, base64 HMAC-SHA256 of the body, decimal text for money."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from shops.connectors import signing
from shops.connectors.base import (
    LONG_AGO,
    Call,
    Connector,
    CustomerFact,
    Envelope,
    Fact,
    LineFact,
    OrderFact,
    PayloadError,
    PrivacyFact,
    ProductFact,
    TouchpointFact,
)
from shops.connectors.documents import guest, refund_id, taken_back, void
from shops.connectors.node import Node
from shops.connectors.shopify_api import ShopifyApi
from shops.connectors.shopify_people import (
    NAMES,
    country,
    number_of,
    plain,
    read_buyer,
    read_customer,
    read_email_consent,
    read_merge,
    read_sms_consent,
)

PAID_BACK = {"success", "pending", ""}
Read = Callable[[Node, Call], list[Fact]]


class Shopify(Connector):
    """Webhooks of any Admin API version; what a version lacks or adds does not matter."""

    label = "Shopify"
    api = ShopifyApi()
    guide = _("Settings → Notifications → Webhooks; the secret stands below the list.")

    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        signature = headers.get("x-shopify-hmac-sha256", "")
        signing.check_base64(secrets, signature, body, "X-Shopify-Hmac-Sha256")

    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        # Event-Id names what happened, Webhook-Id the delivery that is repeated until it arrives.
        topic = Node(headers.get("x-shopify-topic"), "X-Shopify-Topic").id().lower()
        named = headers.get("x-shopify-webhook-id") or signing.content_id(topic.encode(), body)
        triggered = Node(headers.get("x-shopify-triggered-at"), "X-Shopify-Triggered-At")
        return Envelope(Node(named, "X-Shopify-Webhook-Id").id(), topic, triggered.moment())

    def reads(self, topic: str) -> bool:
        return topic in READERS

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        return READERS[topic](Node(payload), call)


def read_order(order: Node, call: Call) -> list[Fact]:
    """The order as it stands, who placed it, and every refund told with it."""
    number, currency = number_of(order), currency_of(order, call)
    updated_at = order["updated_at"].moment() or call.sent_at
    placed_at = order.first("created_at", "processed_at").moment() or updated_at
    people = read_buyer(order, updated_at)
    buyer = people[0].external_id if people and isinstance(people[0], CustomerFact) else ""
    lines = tuple(read_line(line, currency) for line in order["line_items"])
    total = order.first("total_price", "total_price_set.shop_money.amount", "current_total_price")
    refunds = [read_refund_of(number, currency, refund, updated_at) for refund in order["refunds"]]
    sale = OrderFact(
        external_id=number,
        kind="sale",
        customer_id=buyer,
        placed_at=placed_at,
        updated_at=updated_at,
        currency=currency,
        country=country(order),
        lines=lines,
        total_cents=total.minor(currency) if total else None,
    )
    if cancelled_at := order["cancelled_at"].moment():
        sale = taken_back(sale, refunds, cancelled_at)
    return [*people, *products(order["line_items"]), sale, *refunds]


def currency_of(order: Node, call: Call) -> str:
    """The shop's currency, in which an order's plain amounts are; the buyer may see another."""
    stated = order.first("currency", "total_price_set.shop_money.currency_code")
    return stated.currency() or call.currency


def read_line(line: Node, currency: str) -> LineFact:
    """A position after its discounts."""
    quantity = line["quantity"].count()
    price = line.first("price", "price_set.shop_money.amount").minor(currency)
    given = sum(part["amount"].minor(currency) for part in line["discount_allocations"])
    discount = given or line["total_discount"].minor(currency)
    return LineFact(product_of(line), quantity, price, quantity * price - discount)


def product_of(line: Node) -> str:
    """The product's id; a position made by hand has none and goes by its number or title."""
    named = line.first("product_id", "sku", "title")
    text = named.text()
    return plain(Node(text, named.path)) if text else "custom"


def products(lines: Node) -> list[Fact]:
    """Mentioned in an order: fills gaps, but never overrules what the catalogue says."""
    return [ProductFact(product_of(line), LONG_AGO, line["title"].text(300)) for line in lines]


def read_refund(refund: Node, call: Call) -> list[Fact]:
    order, currency = plain(refund["order_id"]), refund_currency(refund, call)
    at = refund.first("created_at", "processed_at").moment() or call.sent_at
    return [read_refund_of(order, currency, refund, at)]


def read_refund_of(order: str, currency: str, refund: Node, updated_at: datetime) -> OrderFact:
    """A refund as a document of its own; it belongs to whoever placed the order."""
    at = refund.first("created_at", "processed_at").moment() or updated_at
    lines = tuple(read_refunded(line, currency) for line in refund["refund_line_items"])
    return OrderFact(
        external_id=refund_id(number_of(refund)),
        kind="cancellation",
        customer_id="",
        placed_at=at,
        # A refund has no clock; within an order it is as new as the order, and may have changed.
        updated_at=max(at, updated_at),
        currency=currency,
        country="",
        lines=lines,
        total_cents=-refunded_total(refund, currency, lines),
        cancels=order,
    )


def refunded_total(refund: Node, currency: str, lines: Sequence[LineFact]) -> int:
    """What is paid back. Where no payment tells it in the shop's currency: lines, tax, the rest.

    An adjustment is what was paid back beyond the lines, as a negative amount.
    """
    paid = [part for part in refund["transactions"] if part["kind"].text() == "refund"]
    if paid and all(part["currency"].currency() in {currency, ""} for part in paid):
        done = [part for part in paid if part["status"].text() in PAID_BACK]
        return sum(part["amount"].minor(currency) for part in done)
    taxes = sum(line["total_tax"].minor(currency) for line in refund["refund_line_items"])
    rest = sum(
        part["amount"].minor(currency) + part["tax_amount"].minor(currency)
        for part in refund["order_adjustments"]
    )
    return taxes - sum(line.total_cents for line in lines) - rest


def refund_currency(refund: Node, call: Call) -> str:
    """The shop's currency; that of a payment may be the buyer's."""
    for part in [*refund["refund_line_items"], refund, *refund["transactions"]]:
        found = part.first(
            "subtotal_set.shop_money.currency_code",
            "total_duties_set.shop_money.currency_code",
            "amount_set.shop_money.currency_code",
            "currency",
        ).currency()
        if found:
            return found
    return call.currency


def read_refunded(item: Node, currency: str) -> LineFact:
    line, quantity = item["line_item"], item["quantity"].count()
    total = item["subtotal"].minor(currency)
    return LineFact(product_of(line), -quantity, line["price"].minor(currency), -total)


def read_product(product: Node, call: Call) -> list[Fact]:
    variants = list(product["variants"])
    prices = [v["price"].decimal() for v in variants if v["price"]]
    price = Node(str(min(prices)), "variants").minor(call.currency) if prices else None
    return [
        ProductFact(
            external_id=number_of(product),
            updated_at=product["updated_at"].moment() or call.sent_at,
            title=product["title"].text(300),
            category=product.first("category.name", "product_type").text(),
            brand=product["vendor"].text(),
            price_cents=price,
            available=product["status"].text() in {"active", ""},
            stock_count=stock_of(variants),
        )
    ]


def stock_of(variants: Sequence[Node]) -> int | None:
    """What is left of all variants; None where one is sold without counting, or none was told.

    Later versions do not say whether a variant is counted: nothing but zeros is taken for "not".
    """
    if any(v["inventory_policy"].text() == "continue" or _is_uncounted(v) for v in variants):
        return None
    left = [v["inventory_quantity"].count() for v in variants]
    were = [v["old_inventory_quantity"].count() for v in variants]
    counts = any(left) or any(were) or any(v["inventory_management"] for v in variants)
    return sum(left) if counts else None


def _is_uncounted(variant: Node) -> bool:
    return "inventory_management" in (variant.value or {}) and not variant["inventory_management"]


def read_gone_product(product: Node, call: Call) -> list[Fact]:
    return [ProductFact(number_of(product), call.sent_at, available=False)]


def read_cart(cart: Node, call: Call) -> list[Fact]:
    at = cart["updated_at"].moment() or call.sent_at
    key = cart.first("token", "id").id()
    lines = [
        {"product_id": product_of(line), "quantity": line["quantity"].count()}
        for line in cart["line_items"]
    ]
    source = f"cart:{key[:80]}:{at:%Y%m%dT%H%M%S}"
    return [TouchpointFact(source, "cart.updated", "", at, {"lines": lines})]


def read_checkout(checkout: Node, call: Call) -> list[Fact]:
    """A checkout that was begun; its link brings the customer back to it."""
    updated_at = checkout["updated_at"].moment() or call.sent_at
    currency = checkout.first("currency", "presentment_currency").currency() or call.currency
    people = read_buyer(checkout, updated_at)
    buyer = people[0].external_id if people and isinstance(people[0], CustomerFact) else ""
    data = {
        "cart": checkout["cart_token"].text(),
        "total_cents": checkout["total_price"].minor(currency),
        "currency": currency,
        "url": checkout["abandoned_checkout_url"].text(2000),
        "products": [product_of(line) for line in checkout["line_items"]],
        "completed": bool(checkout["completed_at"]),
    }
    key = checkout.first("token", "id").id()
    started = TouchpointFact(
        source=f"checkout:{key}"[:120],
        kind="checkout.started",
        customer_id=buyer,
        occurred_at=checkout["created_at"].moment() or updated_at,
        data=data,
        revised_at=updated_at,
    )
    return [*people, *products(checkout["line_items"]), started]


def privacy(kind: str) -> Read:
    def read_request(request: Node, call: Call) -> list[Fact]:
        customer = request["customer"]
        known = customer.first(*NAMES)
        person = plain(known) if known else guest(customer["email"].email())
        if not person and kind != "erase_shop":
            raise PayloadError("customer.id", "is missing: whose data is meant?")
        named = request["data_request"]["id"].text()
        return [PrivacyFact(f"{kind}:{named or person}", kind, person, call.sent_at)]

    return read_request


READERS: dict[str, Read] = {
    **dict.fromkeys(
        [
            "orders/create",
            "orders/updated",
            "orders/paid",
            "orders/cancelled",
            "orders/fulfilled",
            "orders/partially_fulfilled",
        ],
        read_order,
    ),
    "orders/delete": lambda order, call: [void(number_of(order), call.sent_at)],
    "refunds/create": read_refund,
    **dict.fromkeys(
        ["customers/create", "customers/update", "customers/enable", "customers/disable"],
        read_customer,
    ),
    "customers/merge": read_merge,
    "customers_email_marketing_consent/update": read_email_consent,
    "customers_marketing_consent/update": read_sms_consent,
    **dict.fromkeys(["carts/create", "carts/update"], read_cart),
    **dict.fromkeys(["checkouts/create", "checkouts/update"], read_checkout),
    **dict.fromkeys(["products/create", "products/update"], read_product),
    "products/delete": read_gone_product,
    "customers/data_request": privacy("export"),
    "customers/redact": privacy("erase"),
    "shop/redact": privacy("erase_shop"),
}
