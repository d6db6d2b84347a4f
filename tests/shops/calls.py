"""Signed calls as each platform makes them, and what our rows look like afterwards."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from customers import ingest
from shops import secrecy
from shops.models import Delivery, Shop
from tests import make

FIXTURES = Path(__file__).parents[1] / "fixtures" / "webhooks"
SECRET = "a-secret-of-the-platform"
numbers = count(1)


def shop(connector: str, **fields: Any) -> Shop:
    """A shop of that platform with the secret that the platform signs with."""
    sealed = {} if connector == "generic" else {"webhook_secret_sealed": secrecy.seal(SECRET)}
    return make.shop(connector=connector, **{**sealed, **fields})


def body_of(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def headers(of: Shop, topic: str, body: bytes, message_id: str = "") -> dict[str, str]:
    """The platform's headers for this body."""
    message_id = message_id or f"msg-{next(numbers)}"
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    if of.connector == "shopify":
        return {
            "x-shopify-hmac-sha256": signature,
            "x-shopify-topic": topic,
            "x-shopify-webhook-id": message_id,
            "x-shopify-triggered-at": "2026-01-05T10:00:00.123456789Z",
        }
    if of.connector == "woocommerce":
        return {
            "x-wc-webhook-signature": signature,
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-delivery-id": message_id,
        }
    if of.connector == "saleor":
        return {"saleor-event": topic, "saleor-signature": mac.hexdigest()}
    now, secret = datetime.now(UTC), of.webhook_secrets[0]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body.decode()),
    }


def post(to: Shop, topic: str, payload: Any, message_id: str = "") -> Any:
    """Deliver through the front door; the HTTP answer."""
    body = body_of(payload)
    return Client().generic(
        "POST",
        f"/hooks/{to.key}/",
        body,
        "application/json",
        headers=headers(to, topic, body, message_id),
    )


def deliver(to: Shop, topic: str, payload: Any) -> Delivery:
    """Deliver and let it be read; the delivery with its verdict."""
    answer = post(to, topic, payload)
    assert answer.status_code in {200, 202}, answer.content
    while ingest.digest():
        pass
    return Delivery.objects.get(shop=to, message_id=answer.json()["id"])


def shopify(name: str) -> Any:
    return json.loads((FIXTURES / "shopify" / "2025-10" / f"{name}.json").read_text())


def woocommerce(name: str) -> Any:
    return json.loads((FIXTURES / "woocommerce" / f"{name}.json").read_text())


def saleor(name: str) -> Any:
    return json.loads((FIXTURES / "saleor" / f"{name}.json").read_text())


ROWS = {
    "customers": """SELECT external_id, email, phone, first_name, last_name, country, language,
        versions, created_at, updated_at FROM customers_customer WHERE shop_id = %s""",
    "products": """SELECT external_id, title, category, brand, price_cents, available,
        stock_count, cost_cents, versions, updated_at FROM shops_product WHERE shop_id = %s""",
    "coupons": "SELECT external_id, code, kind, value FROM shops_coupon WHERE shop_id = %s",
    "orders": """SELECT o.external_id, o.kind, c.external_id, o.placed_at, o.updated_at,
        o.total_cents, o.currency, o.country, o.cancels FROM customers_order o
        LEFT JOIN customers_customer c ON c.id = o.customer_id WHERE o.shop_id = %s""",
    "lines": """SELECT o.external_id, l.position, p.external_id, l.quantity, l.total_cents
        FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
        JOIN shops_product p ON p.id = l.product_id WHERE l.shop_id = %s""",
    "touchpoints": """SELECT t.kind, t.source, t.occurred_at, t.data, c.external_id
        FROM customers_touchpoint t LEFT JOIN customers_customer c ON c.id = t.customer_id
        WHERE t.shop_id = %s""",
    "consents": """SELECT c.external_id, s.channel, s.given_at, s.given_how, s.ended_at,
        s.ended_how FROM customers_consent s JOIN customers_customer c ON c.id = s.customer_id
        WHERE s.shop_id = %s""",
}


def rows(of: Shop) -> dict[str, list[str]]:
    """All that the shop's deliveries have left behind, without our own keys."""
    found = {}
    with connection.cursor() as cursor:
        for name, statement in ROWS.items():
            cursor.execute(statement, [of.pk])
            found[name] = sorted(map(str, cursor.fetchall()))
    return found
