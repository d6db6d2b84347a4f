"""What the script on a shop's pages sends, made by hand."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.test import Client

from customers import ingest
from shops import recognising, site_script
from shops.models import Delivery, Shop

numbers = count(1)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def milliseconds(moment: datetime | None = None) -> int:
    return int((moment or datetime.now(UTC)).timestamp() * 1000)


def event(kind: str, *, at: datetime | None = None, **data: Any) -> dict[str, Any]:
    return {"id": f"event-{next(numbers):05d}", "kind": kind, "at": milliseconds(at), "data": data}


def call(*events: dict[str, Any], visitor: str = "visitor-1", **fields: Any) -> dict[str, Any]:
    said = {"id": f"call-{next(numbers):04d}", "visitor": visitor, "sent": milliseconds()}
    return {**said, "agent": AGENT, "driven": False, "events": list(events), **fields}


def signed_in(shop: Shop, customer_id: str, **fields: Any) -> dict[str, Any]:
    secret = site_script.of(shop).secrets[0]
    signature = recognising.sign(secret, customer_id)
    return event("visitor.identified", customer=customer_id, signature=signature, **fields)


def deliver(shop: Shop, told: dict[str, Any]) -> Delivery:
    """Post the call and let it be read; the delivery with its verdict."""
    key = site_script.of(shop).public_key
    answer = Client().post(f"/site/{key}/", told, "application/json")
    assert answer.status_code in {200, 202}, answer.content
    while ingest.digest():
        pass
    return Delivery.objects.get(shop=shop, message_id=answer.json()["id"])
