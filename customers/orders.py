"""Orders and their cancellations become rows: the newest version of each document wins."""

import hashlib
from collections.abc import Sequence

from django.db import connection

from customers import touchpoints
from customers.columns import run
from customers.people import People
from customers.sql import ADOPT, BUYERS, FORGET_ORDERS, LINES, LINES_GONE, ORDERS
from shops.connectors.base import OrderFact
from shops.models import Shop


def store(shop: Shop, said: Sequence[OrderFact], customers: People, *, wake: bool) -> None:
    """Write the documents that are new or newer, with their lines and touchpoints.

    `wake` as in `touchpoints.record`; an order that changes hands wakes both customers.
    """
    if not said:
        return
    orders = newest(said)
    numbers = [order.external_id for order in orders]
    before = buyers(shop, numbers) if wake else []
    written = _write(shop, orders, customers)
    sales = [order for order in orders if order.external_id in written and not order.cancels]
    _forget(
        shop, [f"{o.external_id[:90]}/cancelled" for o in sales if not written[o.external_id][1]]
    )
    cancellations = [order.cancellation for order in sales if order.cancellation]
    written |= _write(shop, cancellations, customers)
    adopted = _adopt(shop, sorted(written))
    touchpoints.follow_orders([pk for pk, _ in written.values()] + adopted, wake=wake)
    if wake and written:
        touchpoints.mark_stale(before)


def newest(said: Sequence[OrderFact]) -> list[OrderFact]:
    """One version per document, sorted by number; equal times are settled by the content."""
    latest: dict[str, OrderFact] = {}
    for order in said:
        held = latest.get(order.external_id)
        if held is None or _version(order) > _version(held):
            latest[order.external_id] = order
    return [latest[number] for number in sorted(latest)]


def _version(order: OrderFact) -> tuple[object, str]:
    return order.updated_at, digest(order)


def digest(order: OrderFact) -> str:
    """A fingerprint of all that the document says."""
    return hashlib.md5(repr(order).encode(), usedforsecurity=False).hexdigest()


def buyers(shop: Shop, numbers: list[str]) -> list[int]:
    """The customers of these orders, as far as they are known."""
    with connection.cursor() as cursor:
        cursor.execute(BUYERS, [shop.pk, numbers])
        return [customer for (customer,) in cursor.fetchall()]


def _write(
    shop: Shop, orders: Sequence[OrderFact], customers: People
) -> dict[str, tuple[int, bool]]:
    """The documents that were written: key and whether it is new, by number."""
    rows = [
        (
            order.external_id,
            order.kind,
            customers.owner(order.customer_id),
            customers.merged_from(order.customer_id),
            order.placed_at,
            order.updated_at,
            total(order),
            order.currency or shop.currency,
            order.country,
            order.cancels,
            digest(order),
        )
        for order in orders
    ]
    written = {number: (pk, new) for number, pk, new in run(ORDERS, rows, shop.pk)}
    _write_lines(shop, [o for o in orders if o.external_id in written], written)
    return written


def total(order: OrderFact) -> int:
    """What was paid or given back; the sum of the lines where the shop names no total."""
    if order.total_cents is not None:
        return order.total_cents
    return sum(line.total_cents for line in order.lines)


def _write_lines(
    shop: Shop, orders: Sequence[OrderFact], written: dict[str, tuple[int, bool]]
) -> None:
    lines = [
        (
            written[order.external_id][0],
            position,
            line.product_id,
            line.quantity,
            line.unit_price_cents,
            line.total_cents,
        )
        for order in orders
        for position, line in enumerate(order.lines)
    ]
    run(LINES_GONE, [(written[o.external_id][0], len(o.lines)) for o in orders])
    run(LINES, lines, shop.pk, shop.pk)


def _forget(shop: Shop, numbers: list[str]) -> None:
    """Take away documents that the newest version of their order no longer tells."""
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(FORGET_ORDERS, {"shop": shop.pk, "orders": numbers})


def _adopt(shop: Shop, numbers: list[str]) -> list[int]:
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(ADOPT, {"shop": shop.pk, "orders": numbers})
        return [pk for (pk,) in cursor.fetchall()]
