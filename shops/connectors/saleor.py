"""Saleor: `Saleor-Event` and `Saleor-Signature` headers; fixed payloads and GraphQL subscriptions.

The signature is HMAC-SHA256 in hex where the webhook has a secret, else a detached JWS (RFC 7515
appendix F, RFC 7797) under the shop's own key: then the shop's secret here is its JWKS document.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils.translation import gettext_lazy as _

from shops.connectors import signing
from shops.connectors.base import (
    LONG_AGO,
    BadSignature,
    Call,
    Connector,
    CustomerFact,
    Envelope,
    Fact,
    LineFact,
    OrderFact,
    ProductFact,
    TouchpointFact,
)
from shops.connectors.documents import guest, partly_taken_back, taken_back, void
from shops.connectors.node import Node

NOT_YET = {"draft", "unconfirmed", "expired"}
TAKEN_BACK = {"canceled", "returned"}
Read = Callable[[Node, Call], list[Fact]]


class Saleor(Connector):
    """Webhooks of version 3, with the payload that Saleor sends or one that a query asks for."""

    label = "Saleor"
    guide = _("Apps → your app → Webhooks; the query to paste stands in docs/connectors.md.")

    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        signature = header(headers, "saleor-signature").strip()
        if not signature:
            raise BadSignature("the header Saleor-Signature is missing")
        for secret in secrets:
            if secret.lstrip().startswith("{"):
                fits = is_signed_by(secret, signature, body)
            else:
                own = signing.digest(secret, body).hex()
                fits = hmac.compare_digest(own.encode(), signature.encode("latin-1", "replace"))
            if fits:
                return
        raise BadSignature("Saleor-Signature does not fit this body and the shop's secret")

    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        # Saleor names no delivery; the same event with the same content is the same delivery.
        topic = Node(header(headers, "saleor-event"), "Saleor-Event").id().lower()
        return Envelope(signing.content_id(topic.encode(), body), topic)

    def reads(self, topic: str) -> bool:
        return topic in READERS

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        event = Node(payload)
        if isinstance(payload, list):  # Saleor's own payloads are a list of one
            event = next(iter(event), Node({}))
        if not event["id"]:
            event = event.first("data.event", "event") or event
        issued = event.first("issuedAt", "meta.issued_at").moment()
        wrapped = event.first("order", "checkout", "product", "user", "customer")
        is_wrapped = isinstance(wrapped.value, dict) and not event["id"]
        node = wrapped if is_wrapped else event
        return READERS[topic](node, Call(issued or call.sent_at, call.currency))


def header(headers: Mapping[str, str], name: str) -> str:
    """A header, or what it was called before version 3."""
    return headers.get(name) or headers.get(f"x-{name}", "")


def is_signed_by(jwks: str, signature: str, body: bytes) -> bool:
    """Whether a detached RS256 signature was made with one of the keys."""
    try:
        head, middle, tail = signature.split(".")
        header = json.loads(_decoded(head))
        keys = [key for key in json.loads(jwks)["keys"] if key.get("kty") == "RSA"]
        if middle or header.get("alg") != "RS256":
            return False
        payload = (
            body if header.get("b64") is False else base64.urlsafe_b64encode(body).rstrip(b"=")
        )
        signed = head.encode() + b"." + payload
        return any(_fits(key, _decoded(tail), signed) for key in keys)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return False


def _fits(key: Mapping[str, str], signature: bytes, signed: bytes) -> bool:
    e, n = (int.from_bytes(_decoded(key[name])) for name in ("e", "n"))
    try:
        RSAPublicNumbers(e, n).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_order(order: Node, call: Call) -> list[Fact]:
    currency = order.first(
        "total.gross.currency", "total.currency", "currency", "channel.currency_code"
    ).currency()
    currency = currency or call.currency
    status = order["status"].text().lower()
    updated_at = order.first("updatedAt", "updated_at").moment() or call.sent_at
    total = order.first("total.gross.amount", "total_gross_amount")
    buyer = read_buyer(order)
    sale = OrderFact(
        external_id=order["id"].id(),
        kind="draft" if status in NOT_YET else "sale",
        customer_id=buyer.external_id if buyer else "",
        placed_at=order.first("created", "created_at", "createdAt").moment() or updated_at,
        updated_at=updated_at,
        currency=currency,
        country=country(order),
        lines=tuple(read_line(line, currency) for line in order["lines"]),
        total_cents=total.minor(currency) if total else None,
    )
    refunded = order.first("totalRefunded.amount", "total_refunded_amount").minor(currency)
    if status in TAKEN_BACK or is_refunded(order):
        sale = taken_back(sale, [], updated_at)
    elif refunded and sale.kind == "sale":
        sale = partly_taken_back(sale, refunded, updated_at)
    mentioned = [ProductFact(product_of(line), LONG_AGO, title_of(line)) for line in order["lines"]]
    return [*([buyer] if buyer else []), *mentioned, sale]


def is_refunded(order: Node) -> bool:
    """Whether all that was paid went back; the order's status does not tell."""
    states = [order["paymentStatus"], *(paid["charge_status"] for paid in order["payments"])]
    said = {state.text().lower().replace("-", "_") for state in states if state}
    return said == {"fully_refunded"}


def read_buyer(order: Node) -> CustomerFact | None:
    """The account that bought, or the guest by e-mail; None for neither."""
    email = order.first("userEmail", "user_email", "email", "user.email").email()
    address = order.first(
        "billingAddress", "billing_address", "shippingAddress", "shipping_address"
    )
    number = order.first("user.id", "user_id").text() or guest(email)
    if not number:
        return None
    return CustomerFact(
        external_id=number,
        updated_at=LONG_AGO,  # an account says newer things of itself
        email=email,
        phone=address["phone"].text(32),
        first_name=address.first("firstName", "first_name").text(),
        last_name=address.first("lastName", "last_name").text(),
        country=country(order),
        language=order.first("languageCodeEnum", "language_code").language(),
    )


def country(node: Node) -> str:
    places = ("shippingAddress", "shipping_address", "billingAddress", "billing_address")
    homes = ("defaultShippingAddress", "default_shipping_address", "defaultBillingAddress")
    for place in (*places, *homes):
        found = node.first(f"{place}.country.code", f"{place}.country")
        if found:
            return found.text(60)
    return ""


def read_line(line: Node, currency: str) -> LineFact:
    quantity = line["quantity"].count()
    each = line.first("unitPrice.gross.amount", "unit_price_gross_amount").minor(currency)
    total = line.first("totalPrice.gross.amount", "total_price_gross_amount")
    return LineFact(
        product_of(line), quantity, each, total.minor(currency) if total else quantity * each
    )


def product_of(line: Node) -> str:
    return (
        line.first(
            "variant.product.id",
            "product_id",
            "variant.id",
            "product_variant_id",
            "variant_id",
            "productSku",
            "product_sku",
            "sku",
        ).text()
        or "custom"
    )


def title_of(line: Node) -> str:
    return line.first("productName", "product_name", "variant.product.name").text(300)


def read_customer(user: Node, call: Call) -> list[Fact]:
    return [
        CustomerFact(
            external_id=user["id"].id(),
            updated_at=user.first("updatedAt", "updated_at").moment() or call.sent_at,
            email=user["email"].email(),
            first_name=user.first("firstName", "first_name").text(),
            last_name=user.first("lastName", "last_name").text(),
            country=country(user),
            language=user.first("languageCode", "language_code").language(),
            created_at=user.first("dateJoined", "date_joined").moment(),
        )
    ]


def read_product(product: Node, call: Call) -> list[Fact]:
    price = product.first("pricing.priceRange.start.gross.amount")
    currency = product.first("pricing.priceRange.start.gross.currency").currency()
    costs = [
        listing["costPrice"]["amount"].minor(currency or call.currency)
        for variant in product["variants"]
        for listing in variant["channelListings"]
        if listing["costPrice"]["amount"]
    ]
    return [
        ProductFact(
            external_id=product["id"].id(),
            updated_at=product.first("updatedAt", "updated_at").moment() or call.sent_at,
            title=product["name"].text(300),
            category=product.first("category.name").text(),
            brand=brand_of(product),
            price_cents=price.minor(currency or call.currency) if price else None,
            stock_count=stock_of(product),
            cost_cents=min(costs, default=None),
        )
    ]


def stock_of(product: Node) -> int | None:
    """What is left of all variants, where the query asks for it."""
    left = [variant["quantityAvailable"] for variant in product["variants"]]
    told = [each.count() for each in left if each.value is not None]
    return sum(told) if told else None


def brand_of(product: Node) -> str:
    """The value of the attribute "brand", where the shop has one and the query asks for it."""
    for stated in product["attributes"]:
        if stated.first("attribute.slug").text().lower() == "brand":
            return next((value["name"].text() for value in stated["values"]), "")
    return ""


def read_checkout(checkout: Node, call: Call) -> list[Fact]:
    """A checkout that was begun."""
    updated_at = checkout.first("updatedAt", "updated_at", "last_change").moment()
    updated_at = updated_at or call.sent_at
    buyer = read_buyer(checkout)
    total = checkout.first("totalPrice.gross.amount", "total_gross_amount")
    currency = checkout.first("totalPrice.gross.currency", "currency").currency() or call.currency
    worth = total.minor(currency) if total else worth_of(checkout["lines"], currency)
    started = TouchpointFact(
        source=f"checkout:{plain_id(checkout.first('token', 'id').id())}",
        kind="checkout.started",
        customer_id=buyer.external_id if buyer else "",
        occurred_at=checkout.first("created", "created_at").moment() or updated_at,
        data={
            "total_cents": worth,
            "currency": currency,
            "products": [product_of(line) for line in checkout["lines"]],
        },
        revised_at=updated_at,
    )
    return [*([buyer] if buyer else []), started]


def worth_of(lines: Node, currency: str) -> int:
    """What stands in a checkout, where no total is told."""
    return sum(line["quantity"].count() * line["base_price"].minor(currency) for line in lines)


def plain_id(text: str) -> str:
    """The id inside a GraphQL id: a checkout is told by its token here and by such an id there."""
    try:
        kind, _colon, number = base64.b64decode(text, validate=True).decode("ascii").partition(":")
    except (ValueError, UnicodeDecodeError):
        return text
    return number if kind.isalpha() and number else text


def read_gone_product(product: Node, call: Call) -> list[Fact]:
    return [ProductFact(product["id"].id(), call.sent_at, available=False)]


def read_gone_order(order: Node, call: Call) -> list[Fact]:
    return [void(order["id"].id(), call.sent_at)]


ORDER_EVENTS = (
    "created confirmed paid fully_paid updated cancelled expired fulfilled refunded fully_refunded"
)
READERS: dict[str, Read] = {
    **{f"order_{event}": read_order for event in ORDER_EVENTS.split()},
    **dict.fromkeys(["draft_order_created", "draft_order_updated"], read_order),
    "draft_order_deleted": read_gone_order,
    **dict.fromkeys(["customer_created", "customer_updated"], read_customer),
    **dict.fromkeys(["product_created", "product_updated"], read_product),
    "product_deleted": read_gone_product,
    **dict.fromkeys(["checkout_created", "checkout_updated"], read_checkout),
}
