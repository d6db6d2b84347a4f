"""How long a shop keeps each kind of data, and the night in which what is past its term goes.

The kinds stand in `settings.RETENTION`. A kind without a term of the shop is kept as it always was.
Rows are deleted a batch a transaction, so a night that is cut short goes on in the next one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from shops import partitions
from shops.models import Keep, Shop
from shops.terms import Kept, Terms

BATCH = 5_000
MOST_DAYS = 36_500
ONE_AT_A_TIME = "hashtext('shops.keeping'), 0"
# Along an index on shop and time, from where the batch before ended: what it deleted still stands
# in the index and would be walked over again.
DELETE = """
WITH gone AS (
    DELETE FROM {table} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {table} WHERE shop_id = %(shop)s AND {at} >= %(since)s
        AND {at} < %(before)s AND ({only}) ORDER BY {at} LIMIT %(batch)s))
    RETURNING {at} AS at
)
SELECT count(*), max(at) FROM gone
"""


def kinds() -> dict[str, Kept]:
    """Every kind by name."""
    return dict(settings.RETENTION)


def of(shop: Shop) -> dict[str, int]:
    """The days that the shop chose, by kind."""
    return dict(Keep.objects.filter(shop=shop).values_list("kind", "days"))


def choose(shop: Shop, kind: str, days: int | None) -> None:
    """From now on the kind is kept so many days; None: as without a term."""
    rows = Keep.objects.filter(shop=shop, kind=kind)
    if days is None:
        rows.delete()
    else:
        Keep.objects.update_or_create(shop=shop, kind=kind, defaults={"days": days})


def terms(kind: str, at: datetime) -> dict[int, datetime]:
    """From which moment on each shop with a term of its own keeps the kind."""
    chosen = Keep.objects.filter(kind=kind).values_list("shop_id", "days")
    return {shop: at - timedelta(days=days) for shop, days in chosen}


def forget_past(at: datetime) -> int:
    """Delete whatever is past its shop's term; returns how many rows. One at a time does this."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({ONE_AT_A_TIME})")
        if not cursor.fetchone()[0]:
            return 0
    try:
        return sum(_forget(kind, terms(name, at)) for name, kind in kinds().items())
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")


def _forget(kind: Kept, chosen: Terms) -> int:
    if kind.forget:
        done: int = import_string(kind.forget)(chosen)
        return done
    if not kind.table:
        return 0
    return sum(
        delete(kind.table, kind.at, shop, before, only=kind.only) for shop, before in chosen.items()
    )


def delete(table: str, at: str, shop: int, before: datetime, *, only: str = "true") -> int:
    """Delete a shop's rows of before the moment for which `only` holds; returns how many."""
    return sum(_walk(part, at, shop, before, only) for part in partitions.parts(table, before))


def _walk(table: str, at: str, shop: int, before: datetime, only: str) -> int:
    statement = DELETE.format(table=table, at=at, only=only)
    known: dict[str, Any] = {"shop": shop, "before": before, "batch": BATCH, "since": "-infinity"}
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, known)
            count, last = cursor.fetchone()
        gone += count
        if count < BATCH:
            return gone
        known["since"] = last
