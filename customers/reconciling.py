"""What was fetched from a shop's API: had the shop told it by itself?"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from customers import orders
from shops.connectors.base import Fact, OrderFact
from shops.fetched import message_id
from shops.models import Delivery, Shop

KNOWN = "The shop had told it already."
MISSING = "The shop never delivered this; its API told it."

# A version that says nothing but another time is none: WooCommerce stamps an order that was merely
# looked at (woocommerce/woocommerce#41226), and sends no webhook for that.
NEWS = """
SELECT DISTINCT given.delivery
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[])
    AS given (delivery, number, updated_at, kind, total_cents)
WHERE NOT EXISTS (
    SELECT FROM customers_order o WHERE o.shop_id = %s AND o.external_id = given.number
    AND (o.updated_at >= given.updated_at
        OR (o.kind, o.total_cents) = (given.kind, given.total_cents)))
"""
NOT_TOLD = """
UPDATE shops_delivery d SET origin = 'missing' FROM unnest(%s::bigint[], %s::timestamptz[])
    AS t (id, received_at)
WHERE d.id = t.id AND d.received_at = t.received_at AND d.origin = 'fetched'
"""
LATE = """
UPDATE shops_delivery SET origin = 'late'
WHERE shop_id = %s AND origin = 'missing' AND message_id = ANY(%s)
"""


def note_late(shop: Shop, facts: Sequence[Fact]) -> None:
    """What the shop delivers by itself in the end was late, and not missing."""
    sales = [fact for fact in facts if isinstance(fact, OrderFact) and not fact.cancels]
    if sales:
        ids = [message_id(sale.external_id, sale.updated_at) for sale in sales]
        with connection.cursor() as cursor:
            cursor.execute(LATE, [shop.pk, ids])


def news(shop: Shop, fetched: Sequence[tuple[Delivery, list[Fact]]]) -> set[int]:
    """Which of these deliveries tell of an order, or of a change of one, that nobody told before.

    To be asked before they are stored.
    """
    documents = [
        (delivery.pk, document)
        for delivery, facts in fetched
        for fact in facts
        if isinstance(fact, OrderFact)
        for document in (fact, fact.cancellation)
        if document
    ]
    columns: list[list[Any]] = [
        [pk for pk, _ in documents],
        [document.external_id for _, document in documents],
        [document.updated_at for _, document in documents],
        [document.kind for _, document in documents],
        [orders.total(document) for _, document in documents],
    ]
    with connection.cursor() as cursor:
        cursor.execute(NEWS, [*columns, shop.pk])
        return {pk for (pk,) in cursor.fetchall()}


def count(deliveries: Sequence[Delivery]) -> None:
    """Count these as never delivered by the shop."""
    columns: list[list[Any]] = [
        [one.pk for one in deliveries],
        [one.received_at for one in deliveries],
    ]
    with connection.cursor() as cursor:
        cursor.execute(NOT_TOLD, columns)
