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
    ConsentFact,
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

GIVEN, WITHDRAWN = {"subscribed"}, {"unsubscribed", "redacted", "invalid"}
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
        return Envelope(
            Node(headers.get("x-shopify-webhook-id"), "X-Shopify-Webhook-Id").id(),
            Node(headers.get("x-shopify-topic"), "X-Shopify-Topic").id().lower(),
            Node(headers.get("x-shopify-triggered-at"), "X-Shopify-Triggered-At").moment(),
        )

    def reads(self, topic: str) -> bool:
        return topic in READERS

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        return READERS[topic](Node(payload), call)


def read_order(order: Node, call: Call) -> list[Fact]:
    """The order as it stands, who placed it, and every refund told with it."""
    number, currency = order["id"].id(), order["currency"].currency()
    updated_at = order["updated_at"].moment() or call.sent_at
    placed_at = order.first("created_at", "processed_at").moment() or updated_at
    people = read_buyer(order, updated_at)
    buyer = people[0].external_id if people and isinstance(people[0], CustomerFact) else ""
    lines = tuple(read_line(line, currency) for line in order["line_items"])
    total = order["total_price"].minor(currency)
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
        total_cents=total if order["total_price"] else None,
    )
    if cancelled_at := order["cancelled_at"].moment():
        sale = taken_back(sale, refunds, cancelled_at)
    return [*people, *products(order["line_items"]), sale, *refunds]


def read_line(line: Node, currency: str) -> LineFact:
    """A position after its discounts."""
    quantity, price = line["quantity"].count(), line["price"].minor(currency)
    given = sum(part["amount"].minor(currency) for part in line["discount_allocations"])
    discount = given or line["total_discount"].minor(currency)
    return LineFact(product_of(line), quantity, price, quantity * price - discount)


def product_of(line: Node) -> str:
    """The product's id; a position made by hand has none and goes by its number or title."""
    named = line.first("product_id", "sku", "title")
    return named.text() or "custom"


def products(lines: Node) -> list[Fact]:
    """Mentioned in an order: fills gaps, but never overrules what the catalogue says."""
    return [ProductFact(product_of(line), LONG_AGO, line["title"].text(300)) for line in lines]


def country(order: Node) -> str:
    return order.first("shipping_address.country_code", "billing_address.country_code").text(60)


def read_buyer(order: Node, updated_at: datetime) -> list[Fact]:
    """The customer of an order or checkout; somebody without an account is a guest by e-mail."""
    customer = order["customer"]
    email = order.first("email", "contact_email").email()
    if customer:
        facts = read_account(customer, updated_at, email)
    elif email:
        address = order.first("billing_address", "shipping_address")
        facts = [person(address, guest(email), updated_at, email)]
    else:
        return []
    fact = facts[0]
    if order["buyer_accepts_marketing"].value is True and isinstance(fact, CustomerFact):
        # The flag only mentions a permission; that it is unset takes none away.
        facts.append(mentioned(fact.external_id, updated_at, "checkout"))
    return facts


def read_customer(customer: Node, call: Call) -> list[Fact]:
    return read_account(customer, call.sent_at)


def read_account(customer: Node, otherwise: datetime, email: str = "") -> list[Fact]:
    """What an account says of itself; `email` where it does not say one."""
    updated_at = customer["updated_at"].moment() or otherwise
    number = customer["id"].id()
    said = customer["email"].email() or email
    facts: list[Fact] = [person(customer, number, updated_at, said)]
    for channel, member in (("email", "email_marketing_consent"), ("sms", "sms_marketing_consent")):
        facts += consent(number, channel, customer[member])
    if not customer["email_marketing_consent"] and customer["accepts_marketing"].value is True:
        facts.append(mentioned(number, updated_at, "shop"))
    return facts


def person(node: Node, number: str, updated_at: datetime, email: str) -> CustomerFact:
    home = node["default_address"] if isinstance(node["default_address"].value, dict) else node
    return CustomerFact(
        external_id=number,
        updated_at=updated_at,
        email=email,
        phone=(node["phone"] or home["phone"]).text(32),
        first_name=node["first_name"].text(),
        last_name=node["last_name"].text(),
        country=home["country_code"].text(60),
        language=node["locale"].language(),
        created_at=node["created_at"].moment(),
    )


def mentioned(customer: str, at: datetime, how: str) -> ConsentFact:
    return ConsentFact(customer, "email", given=True, occurred_at=at, how=how, explicit=False)


def consent(customer: str, channel: str, said: Node) -> list[Fact]:
    """An explicit permission or its withdrawal, with its own clock."""
    state, at = said["state"].text().lower(), said["consent_updated_at"].moment()
    if at is None or state not in GIVEN | WITHDRAWN:
        return []
    how = said["opt_in_level"].text(60) or "shop"
    return [ConsentFact(customer, channel, state in GIVEN, at, how)]


def read_email_consent(change: Node, call: Call) -> list[Fact]:
    number = change.first("customer_id", "id").id()
    email = change["email_address"].email()
    known = [CustomerFact(number, call.sent_at, email)] if email else []
    return [*known, *consent(number, "email", change["email_marketing_consent"])]


def read_sms_consent(change: Node, call: Call) -> list[Fact]:
    number = change.first("customer_id", "id").id()
    return consent(number, "sms", change["sms_marketing_consent"])


def read_refund(refund: Node, call: Call) -> list[Fact]:
    return [
        read_refund_of(refund["order_id"].id(), refund_currency(refund, call), refund, call.sent_at)
    ]


def read_refund_of(order: str, currency: str, refund: Node, otherwise: datetime) -> OrderFact:
    """A refund as a document of its own; it belongs to whoever placed the order."""
    at = refund.first("created_at", "processed_at").moment() or otherwise
    lines = tuple(read_refunded(line, currency) for line in refund["refund_line_items"])
    paid = [part for part in refund["transactions"] if part["kind"].text() == "refund"]
    done = [part for part in paid if part["status"].text() in {"success", ""}]
    total = sum(part["amount"].minor(currency) for part in done)
    if not refund["transactions"]:
        taxes = sum(line["total_tax"].minor(currency) for line in refund["refund_line_items"])
        total = taxes - sum(line.total_cents for line in lines)
    return OrderFact(
        external_id=refund_id(refund["id"].id()),
        kind="cancellation",
        customer_id="",
        placed_at=at,
        updated_at=at,
        currency=currency,
        country="",
        lines=lines,
        total_cents=-total,
        cancels=order,
    )


def refund_currency(refund: Node, call: Call) -> str:
    for part in [*refund["transactions"], *refund["refund_line_items"], refund]:
        found = part.first(
            "currency",
            "subtotal_set.shop_money.currency_code",
            "total_duties_set.shop_money.currency_code",
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
            external_id=product["id"].id(),
            updated_at=product["updated_at"].moment() or call.sent_at,
            title=product["title"].text(300),
            category=product.first("category.name", "product_type").text(),
            price_cents=price,
            available=product["status"].text() in {"active", ""},
        )
    ]


def read_gone_product(product: Node, call: Call) -> list[Fact]:
    return [ProductFact(product["id"].id(), call.sent_at, available=False)]


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
    currency = checkout.first("currency", "presentment_currency").currency()
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
        person = customer["id"].text() or guest(customer["email"].email())
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
    "orders/delete": lambda order, call: [void(order["id"].id(), call.sent_at)],
    "refunds/create": read_refund,
    **dict.fromkeys(
        ["customers/create", "customers/update", "customers/enable", "customers/disable"],
        read_customer,
    ),
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
