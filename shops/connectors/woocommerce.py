"""WooCommerce: `X-WC-Webhook-*` headers, base64 HMAC-SHA256, REST resources as bodies.

Orders carry their refunds; refunds, reviews and coupons have topics where a plug-in adds them. The
older API wraps a resource in an object and names its times otherwise; both are read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from shops.connectors import signing
from shops.connectors.base import (
    LONG_AGO,
    Call,
    Connector,
    CouponFact,
    CustomerFact,
    Envelope,
    Fact,
    LineFact,
    OrderFact,
    ProductFact,
    TouchpointFact,
)
from shops.connectors.documents import guest, refund_id, taken_back, void
from shops.connectors.node import Node
from shops.connectors.woocommerce_api import WooCommerceApi
from shops.connectors.woocommerce_products import brand_of, name_of, stock_of

PING = re.compile(rb"webhook_id=\d+")
EVENTS = {"created", "updated", "deleted", "restored", "trashed"}
NOT_YET = {"pending", "failed", "checkout-draft", "auto-draft", "draft"}
TAKEN_BACK = {"cancelled", "refunded"}
PRODUCT_OF_REVIEW = re.compile(r"/products/(\d+)(?:/|$)")
ORDER_OF_REFUND = re.compile(r"/orders/(\d+)(?:/|$)")


class WooCommerce(Connector):
    """Webhooks of the REST API, version 1 to 3 and the legacy one."""

    label = "WooCommerce"
    api = WooCommerceApi()
    makes_secret = False
    guide = _("WooCommerce → Settings → Advanced → Webhooks; paste address and secret there.")

    def verify(self, secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
        signature = headers.get("x-wc-webhook-signature", "")
        signing.check_base64(secrets, signature, body, "X-WC-Webhook-Signature")

    def identify(self, headers: Mapping[str, str], payload: Any, body: bytes) -> Envelope:
        # WooCommerce makes its id of the webhook and the second: two orders of one second share it.
        named = headers.get("x-wc-webhook-delivery-id", "")
        said = [headers.get(f"x-wc-webhook-{part}", "") for part in ("resource", "event")]
        topic = headers.get("x-wc-webhook-topic") or ".".join(filter(None, said))
        return Envelope(
            signing.content_id(named.encode(), topic.encode(), body),
            Node(topic, "X-WC-Webhook-Topic").id().lower(),
        )

    def reads(self, topic: str) -> bool:
        resource, event = split(topic)
        return resource in READERS and event in EVENTS

    def parse(self, topic: str, payload: Any, call: Call) -> list[Fact]:
        resource, event = split(topic)
        read, read_gone = READERS[resource]
        node = Node(payload)
        if isinstance(payload, dict) and set(payload) == {resource}:
            node = node[resource]
        if node["code"] and node["message"] and not node["id"]:
            # The webhook runs with the rights of whoever made it, and sends what came of that.
            raise node.fault(f"is the shop's own error: {node['message'].text(200)}")
        return (read_gone if event in {"deleted", "trashed"} else read)(node, call)

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """The unsigned ping with which a new webhook asks whether anybody is there."""
        return PING.fullmatch(body) is not None


def split(topic: str) -> tuple[str, str]:
    """Resource and event; plug-ins write a resource in the plural or with dashes."""
    resource, _dot, event = topic.rpartition(".")
    name = resource.replace("-", "_").removesuffix("s")
    return ALIASES.get(name, name), event


def clock(node: Node, what: str) -> datetime | None:
    """When the resource was created or modified."""
    old = {"created": "created_at", "modified": "updated_at"}[what]
    return node.first(f"date_{what}_gmt", f"date_{what}", old).moment()


def read_order(order: Node, call: Call) -> list[Fact]:
    number, currency = order["id"].id(), order["currency"].currency() or call.currency
    status = order["status"].text().removeprefix("wc-")
    placed_at = clock(order, "created") or call.sent_at
    updated_at = clock(order, "modified") or placed_at
    buyer = read_buyer(order, updated_at)
    lines = tuple(read_line(line, currency) for line in order["line_items"])
    refunds = [embedded(number, currency, part, updated_at) for part in order["refunds"]]
    total = order["total"].minor(currency)
    is_paid = bool(order.first("date_paid_gmt", "date_paid"))
    if status == "trash":
        return [void(number, updated_at)]
    sale = OrderFact(
        external_id=number,
        kind="draft" if status in NOT_YET or (status == "cancelled" and not is_paid) else "sale",
        customer_id=buyer.external_id if buyer else "",
        placed_at=placed_at,
        updated_at=updated_at,
        currency=currency,
        country=order.first("shipping.country", "billing.country").text(60),
        lines=lines,
        total_cents=total if order["total"] else None,
    )
    if status in TAKEN_BACK and sale.kind == "sale":
        sale = taken_back(sale, refunds, updated_at)
    said = [buyer] if buyer else []
    return [*said, *products(order["line_items"]), sale, *refunds]


def read_line(line: Node, currency: str) -> LineFact:
    """A position after discounts and with its tax, as the order's total counts it."""
    quantity = pieces(line["quantity"])
    total = line["total"].minor(currency) + line["total_tax"].minor(currency)
    before = line["subtotal"].decimal() or line["price"].decimal() * quantity
    each = Node(str(before / (quantity or 1)), line["subtotal"].path).minor(currency)
    return LineFact(product_of(line), quantity, each, total)


def pieces(quantity: Node) -> int:
    """Whole pieces; a shop that sells half metres has the rest of one counted as one."""
    number = quantity.decimal()
    return Node(str(number.to_integral_value(ROUND_UP)), quantity.path).count()


def product_of(line: Node) -> str:
    number = line["product_id"].text()
    return number if number not in {"", "0"} else line.first("sku", "name").text() or "custom"


def products(lines: Node) -> list[Fact]:
    """Mentioned in an order: fills gaps, but never overrules what the catalogue says."""
    return [ProductFact(product_of(line), LONG_AGO, line["name"].text(300)) for line in lines]


def read_buyer(order: Node, updated_at: datetime) -> CustomerFact | None:
    """The account that ordered, or the guest by e-mail; None for neither."""
    billing = order.first("billing", "billing_address")
    email, number = billing["email"].email(), order["customer_id"].text()
    if number in {"", "0"}:
        number = guest(email)
    if not number:
        return None
    return CustomerFact(
        external_id=number,
        # What stands on a bill is older than what the account says of itself.
        updated_at=updated_at if number.startswith("guest:") else LONG_AGO,
        email=email,
        phone=billing["phone"].text(32),
        first_name=billing["first_name"].text(),
        last_name=billing["last_name"].text(),
        country=billing["country"].text(60),
        created_at=clock(order, "created"),
    )


def embedded(order: str, currency: str, part: Node, at: datetime) -> OrderFact:
    """A refund as the order mentions it: an amount without lines or a time of its own.

    Dated so that the refund's own resource, where it is sent, always counts as newer.
    """
    return OrderFact(
        external_id=refund_id(part["id"].id()),
        kind="cancellation",
        customer_id="",
        placed_at=at,
        updated_at=LONG_AGO,
        currency=currency,
        country="",
        lines=(),
        total_cents=-abs(part.first("total", "amount").minor(currency)),
        cancels=order,
    )


def read_refund(refund: Node, call: Call) -> list[Fact]:
    currency, at = (
        refund["currency"].currency() or call.currency,
        clock(refund, "created") or call.sent_at,
    )
    lines = []
    for item in refund["line_items"]:
        line = read_line(item, currency)
        lines.append(
            replace(line, quantity=-abs(line.quantity), total_cents=-abs(line.total_cents))
        )
    return [
        OrderFact(
            external_id=refund_id(refund["id"].id()),
            kind="cancellation",
            customer_id="",
            placed_at=at,
            updated_at=at,
            currency=currency,
            country="",
            lines=tuple(lines),
            total_cents=-abs(refund.first("amount", "total").minor(currency)),
            cancels=refunded_order(refund),
        )
    ]


def refunded_order(refund: Node) -> str:
    """The order's number stands in a member or only in the links."""
    for name in ("parent_id", "order_id"):
        if refund[name].text() not in {"", "0"}:
            return refund[name].id()
    for relation in ("up", "self"):
        for link in refund["_links"][relation]:
            found = ORDER_OF_REFUND.search(link["href"].text(1000))
            if found:
                return found[1]
    raise refund["_links"].fault("names no order: send parent_id or a link to the order.")


def read_customer(customer: Node, call: Call) -> list[Fact]:
    billing = customer.first("billing", "billing_address")
    return [
        CustomerFact(
            external_id=customer["id"].id(),
            updated_at=clock(customer, "modified") or clock(customer, "created") or call.sent_at,
            email=(customer["email"] or billing["email"]).email(),
            phone=billing["phone"].text(32),
            first_name=(customer["first_name"] or billing["first_name"]).text(),
            last_name=(customer["last_name"] or billing["last_name"]).text(),
            country=billing["country"].text(60),
            created_at=clock(customer, "created"),
        )
    ]


def read_product(product: Node, call: Call) -> list[Fact]:
    categories = [name_of(part) for part in product["categories"]]
    cost = product.first("cost_of_goods_sold.total_value")
    return [
        ProductFact(
            external_id=product["id"].id(),
            updated_at=clock(product, "modified") or call.sent_at,
            title=product.first("name", "title").text(300),
            category=categories[0] if categories else "",
            brand=brand_of(product),
            price_cents=product["price"].minor(call.currency) if product["price"] else None,
            available=product["status"].text() in {"publish", ""},
            stock_count=stock_of(product),
            cost_cents=cost.minor(call.currency) if cost else None,
        )
    ]


def read_coupon(coupon: Node, call: Call) -> list[Fact]:
    stated = coupon.first("discount_type", "type").text()
    kind = "percent" if stated.startswith("percent") else "amount"
    amount = coupon["amount"]
    return [
        CouponFact(
            external_id=coupon["id"].id(),
            updated_at=clock(coupon, "modified") or call.sent_at,
            code=coupon["code"].text(),
            kind=kind,
            value=float(amount.decimal() if kind == "percent" else amount.minor(call.currency)),
            used_count=coupon["usage_count"].count(),
            expires_at=coupon.first("date_expires_gmt", "date_expires", "expiry_date").moment(),
        )
    ]


def read_review(review: Node, call: Call) -> list[Fact]:
    """A review that the shop shows; one in moderation is told again when it is approved."""
    if review["status"].text() not in {"approved", ""}:
        return []
    at = clock(review, "created") or call.sent_at
    email = review.first("reviewer_email", "email").email()
    name, writer = review.first("reviewer", "name"), guest(email)
    people = [CustomerFact(writer, LONG_AGO, email, first_name=name.text())] if writer else []
    product, rating = reviewed_product(review), review["rating"].decimal()
    words = {
        **({"product_id": product} if product else {}),
        "text": review["review"].plain(20_000),
        **({"rating": stars(review["rating"])} if rating else {}),  # 0: none was given
    }
    number = review["id"].id()
    told = TouchpointFact(f"review:{number}", "review.written", writer, at, words, call.sent_at)
    return [*people, told]


def reviewed_product(review: Node) -> str:
    """Older versions tell it only in the links."""
    if review["product_id"]:
        return review["product_id"].id()
    links = [link["href"].text(1000) for link in review["_links"]["up"]]
    found = [match[1] for match in map(PRODUCT_OF_REVIEW.search, links) if match]
    return found[0] if found else ""


def stars(rating: Node) -> int:
    if not Decimal(1) <= rating.decimal() <= Decimal(5):
        raise rating.fault("must be 1 to 5.")
    return int(rating.decimal())


def nothing(gone: Node, call: Call) -> list[Fact]:
    """What is gone leaves the history as it was."""
    gone["id"].id()
    return []


Read = Callable[[Node, Call], list[Fact]]
ALIASES = {"order_refund": "refund", "product_review": "review"}
READERS: dict[str, tuple[Read, Read]] = {
    "order": (read_order, lambda gone, call: [void(gone["id"].id(), call.sent_at)]),
    "refund": (
        read_refund,
        lambda gone, call: [void(refund_id(gone["id"].id()), call.sent_at)],
    ),
    "customer": (read_customer, nothing),
    "product": (
        read_product,
        lambda gone, call: [ProductFact(gone["id"].id(), call.sent_at, available=False)],
    ),
    "coupon": (read_coupon, nothing),
    "review": (read_review, nothing),
}
