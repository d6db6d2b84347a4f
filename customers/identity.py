"""Whose a visitor's touchpoints are: computed from every time the visitor proved to be somebody.

A visitor is a random id in one browser. What they do belongs to nobody until they prove to be a
customer (`shops.recognising`); then it is that customer's from the beginning. Where a second one
signs in, the visitor is theirs from then on, and what was before stays with the first. The link of
a mail never takes a visitor from somebody who signed in: mails are forwarded.

Every proof is kept, and any can be undone: the touchpoints then lie as if it had never been.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import now

from customers import touchpoints
from customers.changes import Part
from customers.columns import run
from customers.models import Customer, Recognition
from customers.sql import ONE_AT_A_TIME
from shops import recognising
from shops.models import Shop

# A customer who was erased since is not recognised by what was said before.
KEEP = """
INSERT INTO customers_recognition
    (shop_id, source, visitor, customer_id, merged_from, occurred_at, how)
SELECT c.shop_id, t.source, t.visitor, coalesce(c.merged_into_id, c.id),
    CASE WHEN c.merged_into_id IS NOT NULL THEN c.id END, t.occurred_at, t.how
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[])
    AS t (source, visitor, customer_id, occurred_at, how)
JOIN customers_customer c ON c.id = t.customer_id AND c.shop_id = %s
WHERE NOT EXISTS (SELECT FROM customers_privacyrequest p WHERE p.shop_id = c.shop_id
    AND p.kind = 'erase' AND p.customer_id_of_shop = c.external_id
    AND p.requested_at >= t.occurred_at)
ORDER BY t.source
ON CONFLICT DO NOTHING
RETURNING visitor
"""

# The first stretch reaches back to the beginning, the last one goes on.
STRETCHES = """
WITH proved AS (
    SELECT id, visitor, customer_id, occurred_at, how, bool_or(how = 'login') OVER (
        PARTITION BY visitor ORDER BY occurred_at, source
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS had_signed_in
    FROM customers_recognition
    WHERE shop_id = %(shop)s AND visitor = ANY(%(visitors)s) AND undone_at IS NULL
), stretches AS (
    SELECT visitor, customer_id,
        CASE WHEN lag(id) OVER turn IS NULL THEN '-infinity' ELSE occurred_at END AS since,
        coalesce(lead(occurred_at) OVER turn, 'infinity') AS until
    FROM proved p WHERE how = 'login' OR NOT coalesce(had_signed_in, false)
    WINDOW turn AS (PARTITION BY visitor ORDER BY occurred_at, id)
)
"""

OWNERS = (
    STRETCHES
    + """
SELECT visitor, customer_id, CASE WHEN since = '-infinity' THEN NULL ELSE since END
FROM stretches ORDER BY visitor, stretches.since, until
"""
)

# Found by two indexes: what is nobody's yet, and what is of somebody the visitor ever was.
MISPLACED = (
    STRETCHES
    + """, known AS (
    SELECT id, occurred_at, customer_id, data->>'visitor' AS visitor FROM customers_touchpoint
    WHERE shop_id = %(shop)s AND customer_id IS NULL AND data->>'visitor' = ANY(%(visitors)s)
    UNION ALL
    SELECT id, occurred_at, customer_id, data->>'visitor' FROM customers_touchpoint
    WHERE customer_id IN (SELECT customer_id FROM customers_recognition
        WHERE shop_id = %(shop)s AND visitor = ANY(%(visitors)s)
        UNION ALL SELECT unnest(%(others)s::bigint[]))
    AND data->>'visitor' = ANY(%(visitors)s)
)
SELECT s.customer_id, k.id, k.occurred_at, k.customer_id
FROM known k LEFT JOIN stretches s ON s.visitor = k.visitor
    AND k.occurred_at >= s.since AND k.occurred_at < s.until
WHERE k.customer_id IS DISTINCT FROM s.customer_id
ORDER BY k.id
"""
)

# A statement of its own: the planner then knows how few they are, and finds each by its key. In one
# with the search it read every touchpoint there is.
MOVE = """
UPDATE customers_touchpoint t SET customer_id = due.customer_id, merged_from = NULL
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS due (customer_id, id, occurred_at)
WHERE t.id = due.id AND t.occurred_at = due.occurred_at
"""

FORGET = """
DELETE FROM customers_identity
WHERE shop_id = %(shop)s AND kind = 'anonymous_id' AND value = ANY(%(visitors)s)
"""
NAME = (
    STRETCHES
    + """
INSERT INTO customers_identity (shop_id, customer_id, kind, value, verified, created_at)
SELECT %(shop)s, customer_id, 'anonymous_id', visitor, true, now()
FROM stretches WHERE until = 'infinity' ORDER BY visitor
"""
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A visitor proved to be a customer; `source` makes a repeat recognisable."""

    source: str
    visitor: str
    customer_id: int
    occurred_at: datetime
    how: str


class Owners:
    """Who each visitor was, and since when."""

    def __init__(self, rows: Iterable[tuple[str, int, datetime | None]]) -> None:
        self.stretches: dict[str, tuple[list[datetime], list[int]]] = defaultdict(lambda: ([], []))
        for visitor, customer, since in rows:
            starts, customers = self.stretches[visitor]
            customers.append(customer)
            if since:  # the first one has no beginning
                starts.append(since)

    def at(self, visitor: str, moment: datetime) -> int | None:
        """The customer that the visitor was at that moment; None while nobody knows."""
        if visitor not in self.stretches:
            return None
        starts, customers = self.stretches[visitor]
        return customers[bisect_right(starts, moment)]


def owners(shop: Shop, visitors: Iterable[str]) -> Owners:
    """Who these visitors are, as far as they have proved it."""
    return Owners(_run(OWNERS, shop, visitors))


def recognise(shop: Shop, proofs: Sequence[Proof]) -> set[int]:
    """Keep the proofs and let the visitors' touchpoints follow. Safe to repeat, in any order.

    Returns the customers whose history has changed.
    """
    rows = [(p.source, p.visitor, p.customer_id, p.occurred_at, p.how) for p in proofs]
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [*map(list, zip(*rows, strict=True)), shop.pk])
        new = {visitor for (visitor,) in cursor.fetchall()}
    return settle(shop, new)


def settle(shop: Shop, visitors: Iterable[str], *, others: Sequence[int] = ()) -> set[int]:
    """Let every touchpoint of these visitors lie with whom they were at that moment.

    `others` are customers who may hold some of them beside whoever the visitors ever were. Returns
    the customers whose history has changed. Called with the shop's facts locked.
    """
    chosen = sorted(set(visitors))
    if not chosen:
        return set()
    misplaced = _run(MISPLACED, shop, chosen, others)
    run(MOVE, [row[:3] for row in misplaced])
    _run(FORGET, shop, chosen)
    _run(NAME, shop, chosen)
    return {customer for row in misplaced for customer in (row[0], row[3]) if customer}


def visit(customer: Customer) -> dict[str, str]:
    """What a template's links to the shop say of whom they were written to."""
    return {"parameter": recognising.link_parameter(customer.shop_id, customer.pk, now())}


def example_of_visit() -> dict[str, str]:
    """What a preview shows instead: a link that recognises nobody."""
    return {"parameter": f"{recognising.PARAMETER}=example"}


def undo(recognitions: Iterable[Recognition]) -> None:
    """Let these proofs count no more, and touchpoints go back to whose they would have been.

    Safe to repeat.
    """
    by_shop: dict[Shop, list[Recognition]] = defaultdict(list)
    for recognition in recognitions:
        by_shop[recognition.shop].append(recognition)
    for shop, found in by_shop.items():
        with transaction.atomic():
            _run(ONE_AT_A_TIME, shop, [])
            mistaken = Recognition.objects.filter(pk__in=[r.pk for r in found], undone_at=None)
            mistaken.update(undone_at=now())
            changed = settle(shop, {r.visitor for r in found})
            touchpoints.mark_stale(changed, Part.TOUCHPOINTS)


def _run(
    statement: str, shop: Shop, visitors: Iterable[str], others: Sequence[int] = ()
) -> list[tuple[Any, ...]]:
    own: dict[str, Any] = {
        "shop": shop.pk,
        "visitors": sorted(set(visitors)),
        "others": list(others),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, own)
        return cursor.fetchall() if cursor.description else []
