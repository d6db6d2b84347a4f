"""Orders that a shop's API told, kept as deliveries: each version of an order once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from shops.announcing import announce
from shops.connectors.base import LONG_AGO, Call, Connector, OrderFact, PayloadError
from shops.models import Shop

FETCHED = "fetched"

# {known} selects number, changed_at of what a higher room holds of this shop.
STORE = """
WITH given AS (
    SELECT * FROM unnest(%(ids)s::text[], %(bodies)s::bytea[], %(numbers)s::text[],
        %(changes)s::timestamptz[]) AS t (message_id, body, number, changed_at)
), unknown AS (
    SELECT DISTINCT ON (message_id) message_id, body FROM given WHERE NOT EXISTS (
        SELECT FROM ({known}) AS known
        WHERE known.number = given.number AND known.changed_at >= given.changed_at)
    ORDER BY message_id
), fresh AS (
    INSERT INTO shops_deliverykey (shop_id, message_id, answer, received_at)
    SELECT %(shop)s, message_id, 'accepted', now() FROM unknown ORDER BY message_id
    ON CONFLICT DO NOTHING RETURNING message_id
)
INSERT INTO shops_delivery
    (shop_id, received_at, message_id, connector, topic, body, status, reason, origin)
SELECT %(shop)s, now(), message_id, %(connector)s, %(topic)s, body, 'accepted', '', %(origin)s
FROM unknown JOIN fresh USING (message_id) ORDER BY message_id
"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An order as the API wrote it, and which version of which order that is, where it says so."""

    body: bytes
    number: str = ""
    changed_at: datetime | None = None

    @property
    def message_id(self) -> str:
        if self.changed_at is None:
            return f"{FETCHED}:{hashlib.sha256(self.body).hexdigest()}"
        return message_id(self.number, self.changed_at)


def message_id(number: str, changed_at: datetime) -> str:
    """The id of the delivery that holds this version of an order: the same at every walk."""
    name = f"{number}:{changed_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
    if len(name) > 90:
        name = hashlib.sha256(name.encode()).hexdigest()
    return f"{FETCHED}:{name}"


def read(connector: Connector, topic: str, shop: Shop, order: Any) -> Fetched:
    """The order with its version; one that cannot be read goes to quarantine as it is."""
    body = orjson.dumps(order)
    try:
        facts = connector.parse(topic, order, Call(LONG_AGO, shop.currency))
    except PayloadError:
        return Fetched(body)
    sales = [fact for fact in facts if isinstance(fact, OrderFact) and not fact.cancels]
    if not sales or sales[0].updated_at == LONG_AGO:
        return Fetched(body)
    return Fetched(body, sales[0].external_id, sales[0].updated_at)


def store(shop: Shop, topic: str, orders: Sequence[Fetched]) -> int:
    """Keep the orders that are not known in this version or a newer one, each version once."""
    with connection.cursor() as cursor:
        cursor.execute(
            STORE.format(known=settings.RECONCILED["orders"]),
            {
                "shop": shop.pk,
                "connector": shop.connector,
                "topic": topic,
                "origin": FETCHED,
                "ids": [one.message_id for one in orders],
                "bodies": [one.body for one in orders],
                "numbers": [one.number for one in orders],
                "changes": [one.changed_at for one in orders],
            },
        )
        count: int = cursor.rowcount
    if count:
        announce("delivery")
    return count
