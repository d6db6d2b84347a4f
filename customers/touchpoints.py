"""The one way to append to a customer's history."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from customers.changes import Part
from customers.columns import run
from customers.forgetting import ERASED
from customers.models import Customer
from shops import outbox
from shops.announcing import announce
from shops.models import Shop

TOLD_ELSEWHERE = {"consent.withdrawn"}  # by `customers.consent`, whichever way it came
READ_LATER = {"review.written"}  # kinds whose words a higher room still has to read

REVISION = "revised_at"  # in a touchpoint's data: it may be told again, the newest words count

# Told again with the same source, the newer words are kept; without a revision any order of arrival
# must end the same way, so equal ones are settled by their content. Words that were erased since
# only give way to ones said after that.


def _said(row: str) -> str:
    return f"coalesce({row}.data->>'{ERASED}', {row}.data->>'{REVISION}', '')"


INSERT = f"""
INSERT INTO customers_touchpoint AS o
    (shop_id, customer_id, merged_from, kind, source, occurred_at, data, unread)
SELECT * FROM {{rows}} AS t
    (shop_id, customer_id, merged_from, kind, source, occurred_at, data, unread)
ORDER BY shop_id, source, occurred_at
ON CONFLICT (shop_id, source, occurred_at) DO UPDATE SET customer_id = excluded.customer_id,
    merged_from = excluded.merged_from, kind = excluded.kind, data = excluded.data,
    unread = excluded.unread
WHERE CASE WHEN o.data ? '{ERASED}' OR excluded.data ? '{ERASED}'
    THEN {_said("excluded")} > {_said("o")}
    ELSE (coalesce(excluded.data->>'{REVISION}', ''), excluded.data::text)
        > (coalesce(o.data->>'{REVISION}', ''), o.data::text) END
RETURNING customer_id, shop_id, source, occurred_at
"""
GIVEN = """unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
    %s::timestamptz[], %s::jsonb[], %s::boolean[])"""

TOLD = """
SELECT t.shop_id, t.kind AS type, left('touchpoint:' || t.source, 160) AS cause, t.occurred_at,
    t.data || jsonb_build_object('customer', c.external_id) AS data
FROM unnest(%(shops)s::bigint[], %(sources)s::text[], %(times)s::timestamptz[])
    AS n (shop_id, source, occurred_at)
JOIN customers_touchpoint t USING (shop_id, source, occurred_at)
LEFT JOIN customers_customer c ON c.id = t.customer_id
WHERE t.kind = ANY(%(kinds)s) AND t.occurred_at > now() - %(memory)s
"""

# The window keeps the search in one or two partitions.
FIRST_TOLD = """
SELECT source, min(occurred_at) FROM customers_touchpoint
WHERE shop_id = %s AND source = ANY(%s) AND occurred_at BETWEEN %s AND %s GROUP BY source
"""
LOOSE = timedelta(days=15)  # twice as long as a source's time may be told late

# An order's touchpoint shows the order as it stands.
MOVED = """
DELETE FROM customers_touchpoint t USING customers_order o
WHERE o.id = ANY(%s) AND t.shop_id = o.shop_id AND t.source = 'order:' || o.external_id
AND (t.occurred_at <> o.placed_at OR o.kind = 'void')
"""
ORDERED = """
INSERT INTO customers_touchpoint AS t
    (shop_id, customer_id, merged_from, kind, source, occurred_at, data, unread)
SELECT o.shop_id, o.customer_id, o.merged_from, CASE o.kind WHEN 'sale' THEN 'order.placed'
        WHEN 'cancellation' THEN 'order.cancelled' ELSE 'checkout.started' END,
    'order:' || o.external_id, o.placed_at, jsonb_build_object('order', o.external_id,
        'total_cents', o.total_cents, 'currency', o.currency, 'line_count',
        (SELECT count(*) FROM customers_orderline l WHERE l.order_id = o.id)), false
FROM customers_order o WHERE o.id = ANY(%s) AND o.kind <> 'void'
ORDER BY o.shop_id, o.external_id
ON CONFLICT (shop_id, source, occurred_at) DO UPDATE SET
    customer_id = excluded.customer_id, merged_from = excluded.merged_from, kind = excluded.kind,
    data = excluded.data
WHERE (t.customer_id, t.merged_from, t.kind, t.data)
    IS DISTINCT FROM (excluded.customer_id, excluded.merged_from, excluded.kind, excluded.data)
RETURNING customer_id, shop_id, source, occurred_at
"""

# Not "DO NOTHING": while the reactor takes a mark away, it is still there for others, and the
# touchpoint would be forgotten. Touching it waits for the reactor and then marks anew instead.
# In the order of ids, so that two writers never wait for each other.
MARK_STALE = """
INSERT INTO customers_stalemark AS m (customer_id, shop_id, since, parts)
SELECT id, shop_id, clock_timestamp(), %s FROM customers_customer WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (customer_id) DO UPDATE SET parts = m.parts | excluded.parts
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A touchpoint to be recorded; `source` must always come with the same `occurred_at`."""

    shop_id: int
    customer_id: int | None
    kind: str
    source: str
    occurred_at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    merged_from: int | None = None


def record(rows: Sequence[Row], *, wake: bool = True) -> int:
    """Append to the history and wake the reactor; returns how many were new or told anew.

    Safe to repeat: what was seen before is left alone and wakes nobody. An import sets
    `wake` to False and wakes everybody at its end: half a history would look like another life.
    """
    if not rows:
        return 0
    with transaction.atomic():
        insert = INSERT.format(rows=GIVEN)
        told = [row for round_ in _rounds(rows) for row in run(insert, round_)]
        if wake:
            _publish({row.kind for row in rows}, told)
            mark_stale((customer for customer, *_ in told if customer), Part.TOUCHPOINTS)
        if any(row.kind in READ_LATER for row in rows):
            announce("review")
    return len(told)


def record_from(select: str, params: Sequence[Any], *, kind: str) -> None:
    """As `record`, for touchpoints of one kind that a SELECT gives, in the order of a table's
    columns; no source may come twice in it."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(INSERT.format(rows=f"({select})"), params)
        told = cursor.fetchall()
        _publish({kind}, told)
        mark_stale((customer for customer, *_ in told if customer), Part.TOUCHPOINTS)


def first_told(shop: Shop, told: Sequence[tuple[str, datetime]]) -> dict[str, datetime]:
    """When each source happened, for sources by loose clocks: the first time told stands."""
    first: dict[str, datetime] = {}
    if told:
        times = [at for _, at in told]
        window = min(times) - LOOSE, max(times) + LOOSE
        with connection.cursor() as cursor:
            cursor.execute(FIRST_TOLD, [shop.pk, [source for source, _ in told], *window])
            first = dict(cursor.fetchall())
    for source, at in told:
        first.setdefault(source, at)
    return first


def _publish(kinds: set[str], told: Sequence[tuple[Any, ...]]) -> None:
    """Tell the shops' endpoints of new touchpoints of a kind that may be asked for."""
    asked = kinds & settings.EVENTS.keys()
    if told and asked and outbox.is_wanted_by_any({shop for _, shop, *_ in told}, *asked):
        shops, sources, times = (list(column) for column in list(zip(*told, strict=True))[1:])
        # What is older is no news; and it may have been told, and that forgotten since.
        memory = timedelta(days=settings.OUTGOING_RETENTION_DAYS)
        known = {"shops": shops, "sources": sources, "times": times, "memory": memory}
        outbox.publish(TOLD, known | {"kinds": [*(settings.EVENTS.keys() - TOLD_ELSEWHERE)]})


def _rounds(rows: Sequence[Row]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for one statement each: a statement may not touch the same touchpoint twice."""
    rest = list(rows)
    while rest:
        now, later = {}, []
        for row in rest:
            key = row.shop_id, row.source, row.occurred_at
            if key in now:
                later.append(row)
            else:
                now[key] = (
                    row.shop_id,
                    row.customer_id,
                    row.merged_from,
                    row.kind,
                    row.source,
                    row.occurred_at,
                    Jsonb(row.data),
                    row.kind in READ_LATER,
                )
        yield list(now.values())
        rest = later


def follow_orders(orders: Sequence[int], *, wake: bool = True) -> None:
    """Let the history show these orders as they now stand. `wake` as in `record`."""
    ids = sorted(set(orders))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [ids])
        cursor.execute(ORDERED, [ids])
        told = cursor.fetchall()
    if wake:
        _publish({"order.placed"}, told)
        mark_stale((customer for customer, *_ in told if customer), Part.ORDERS | Part.TOUCHPOINTS)


def mark_stale(customers: Iterable[int], parts: Part = Part.EVERYTHING) -> None:
    """Ask the reactor to look at these customers again, because these parts of them changed."""
    ids = sorted(set(customers))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(MARK_STALE, [int(parts), ids])
        announce("stale")


def mark_all_stale(shop: Shop) -> None:
    """Ask the reactor to look at every customer of the shop."""
    ids = (
        Customer.objects.filter(shop=shop, merged_into=None)
        .order_by("id")
        .values_list("id", flat=True)
    )
    mark_stale(ids.iterator())
