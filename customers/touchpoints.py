"""The one way to append to a customer's history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from customers.models import Customer
from shops.announcing import announce
from shops.models import Shop

READ_LATER = {"review.written"}  # kinds whose words a higher room still has to read

INSERT = """
INSERT INTO customers_touchpoint
    (shop_id, customer_id, kind, source, occurred_at, data, unread)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[],
    %s::jsonb[], %s::boolean[]) AS t (shop_id, customer_id, kind, source, occurred_at, data, unread)
ORDER BY shop_id, source, occurred_at
ON CONFLICT DO NOTHING
RETURNING customer_id
"""

# Not "WHERE stale_since IS NULL": while the reactor holds a customer, that condition is judged on
# the old row and the touchpoint would be forgotten. This update waits for the reactor instead.
# Locked in the order of ids, so that two writers never wait for each other.
MARK_STALE = """
UPDATE customers_customer SET stale_since = clock_timestamp()
WHERE id IN (SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
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


def record(rows: Sequence[Row], *, wake: bool = True) -> int:
    """Append to the history and wake the reactor; returns how many were new.

    Safe to repeat: a source that was seen before is left alone and wakes nobody. An import sets
    `wake` to False and wakes everybody at its end: half a history would look like another life.
    """
    columns = zip(
        *(
            (
                row.shop_id,
                row.customer_id,
                row.kind,
                row.source,
                row.occurred_at,
                Jsonb(row.data),
                row.kind in READ_LATER,
            )
            for row in rows
        ),
        strict=True,
    )
    if not rows:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [list(column) for column in columns])
        new = [customer for (customer,) in cursor.fetchall()]
        if wake:
            mark_stale(customer for customer in new if customer)
        if any(row.kind in READ_LATER for row in rows):
            announce("review")
    return len(new)


def mark_stale(customers: Iterable[int]) -> None:
    """Ask the reactor to look at these customers again."""
    ids = sorted(set(customers))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(MARK_STALE, [ids])
        announce("stale")


def mark_all_stale(shop: Shop) -> None:
    """Ask the reactor to look at every customer of the shop."""
    ids = Customer.objects.filter(shop=shop).order_by("id").values_list("id", flat=True)
    mark_stale(ids.iterator())
