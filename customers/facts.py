"""Facts become rows: the one path for webhooks and imports, a few statements a batch.

Every statement is safe to repeat and lets the newer of two updates win, so repeats and calls out of
order converge. Keys are sorted inside each statement: two batches never wait for each other.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from customers import touchpoints
from customers.sql import (
    CONSENTS_END,
    CONSENTS_OPEN,
    CUSTOMERS,
    IDENTITIES,
    LINES,
    LINES_GONE,
    ORDERS,
    PRODUCTS,
)
from shops.connectors.base import (
    ConsentFact,
    CustomerFact,
    Fact,
    OrderFact,
    ProductFact,
    TouchpointFact,
)
from shops.models import Shop

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def store(shop: Shop, facts: Sequence[Fact], *, wake: bool = True) -> None:
    """Write a batch of facts about one shop, all or nothing. Safe to repeat.

    `wake` as in `touchpoints.record`.
    """
    orders = _newest(fact for fact in facts if isinstance(fact, OrderFact))
    events = [fact for fact in facts if isinstance(fact, TouchpointFact)]
    consents = [fact for fact in facts if isinstance(fact, ConsentFact)]
    named = [fact.customer_id for fact in (*orders, *events, *consents) if fact.customer_id]
    with transaction.atomic():
        said = [fact for fact in facts if isinstance(fact, CustomerFact)]
        customers, changed = _customers(shop, said, named)
        _products(shop, [f for f in facts if isinstance(f, ProductFact)], orders)
        _orders(shop, orders, customers)
        _consents(shop, consents, customers)
        touchpoints.record(
            [*_order_touchpoints(shop, orders, customers), *_touchpoints(shop, events, customers)],
            wake=wake,
        )
        if wake:
            touchpoints.mark_stale([*changed, *_allowed_or_not(consents, customers)])


def _newest(facts: Iterable[Any]) -> list[Any]:
    """One fact per id, the newest; sorted by id."""
    newest: dict[str, Any] = {}
    for fact in facts:
        held = newest.get(fact.external_id)
        if held is None or fact.updated_at >= held.updated_at:
            newest[fact.external_id] = fact
    return [newest[key] for key in sorted(newest)]


def _run(statement: str, rows: Sequence[Sequence[Any]], *constants: Any) -> list[tuple[Any, ...]]:
    """Execute a statement on columns, one array each; rows it returns, if any."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [*constants, *map(list, zip(*rows, strict=True))])
        return cursor.fetchall() if cursor.description else []


def _customers(
    shop: Shop, said: list[CustomerFact], named: list[str]
) -> tuple[dict[str, int], list[int]]:
    """Make and update customers; returns their keys by the shop's id, and those that changed.

    A customer who is only named (by an order, say) is made with nothing but the id.
    """
    known = _newest(said)
    ids = {fact.external_id for fact in known}
    stubs = [CustomerFact(name, LONG_AGO) for name in sorted(set(named) - ids)]
    rows = [
        (
            fact.external_id,
            fact.email,
            fact.phone,
            fact.first_name,
            fact.last_name,
            fact.country,
            fact.language,
            fact.updated_at,
        )
        for fact in sorted([*known, *stubs], key=lambda fact: fact.external_id)
    ]
    found = _run(CUSTOMERS, rows, shop.pk)
    keys = {external_id: pk for external_id, pk, _ in found}
    _run(IDENTITIES, [(pk, external_id) for external_id, pk in sorted(keys.items())], shop.pk)
    return keys, [pk for _, pk, changed in found if changed]


def _products(shop: Shop, said: list[ProductFact], orders: list[OrderFact]) -> None:
    known = {fact.external_id: fact for fact in _newest(said)}
    for order in orders:
        for line in order.lines:
            known.setdefault(line.product_id, ProductFact(line.product_id, LONG_AGO))
    rows = [
        (fact.external_id, fact.title, fact.category, fact.price_cents, fact.updated_at)
        for _, fact in sorted(known.items())
    ]
    _run(PRODUCTS, rows, shop.pk)


def _orders(shop: Shop, orders: list[OrderFact], customers: dict[str, int]) -> None:
    """Write orders that are new or newer, with their lines; others are left as they are."""
    rows = [
        (
            order.external_id,
            order.kind,
            customers.get(order.customer_id),
            order.placed_at,
            order.updated_at,
            sum(line.total_cents for line in order.lines),
            order.currency,
            order.country,
        )
        for order in orders
    ]
    written = dict(_run(ORDERS, rows, shop.pk))
    lines = [
        (
            written[order.external_id],
            position,
            line.product_id,
            line.quantity,
            line.unit_price_cents,
            line.total_cents,
        )
        for order in orders
        if order.external_id in written
        for position, line in enumerate(order.lines)
    ]
    counts = [(written[o.external_id], len(o.lines)) for o in orders if o.external_id in written]
    _run(LINES_GONE, counts)
    _run(LINES, lines, shop.pk, shop.pk)


def _order_touchpoints(
    shop: Shop, orders: list[OrderFact], customers: dict[str, int]
) -> list[touchpoints.Row]:
    return [
        touchpoints.Row(
            shop.pk,
            customers.get(order.customer_id),
            "order.placed" if order.kind == "sale" else "order.cancelled",
            f"order:{order.external_id}",
            order.placed_at,
            {
                "order": order.external_id,
                "total_cents": sum(line.total_cents for line in order.lines),
                "currency": order.currency,
                "line_count": len(order.lines),
            },
        )
        for order in orders
    ]


def _touchpoints(
    shop: Shop, events: list[TouchpointFact], customers: dict[str, int]
) -> list[touchpoints.Row]:
    return [
        touchpoints.Row(
            shop.pk,
            customers.get(event.customer_id),
            event.kind,
            event.source,
            event.occurred_at,
            event.data,
        )
        for event in events
    ]


def _consents(shop: Shop, consents: list[ConsentFact], customers: dict[str, int]) -> None:
    """The last word per customer and channel counts, unless we know a later one."""
    last: dict[tuple[int, str], ConsentFact] = {}
    for fact in sorted(consents, key=lambda fact: fact.occurred_at):
        last[customers[fact.customer_id], fact.channel] = fact
    rows = [
        (customer, channel, fact.given, fact.occurred_at, fact.how, fact.explicit)
        for (customer, channel), fact in sorted(last.items())
    ]
    _run(CONSENTS_END, [row for row in rows if not row[2]])
    _run(CONSENTS_OPEN, [row for row in rows if row[2]], shop.pk)


def _allowed_or_not(consents: list[ConsentFact], customers: dict[str, int]) -> list[int]:
    return [customers[fact.customer_id] for fact in consents if fact.explicit]
