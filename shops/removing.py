"""Removes everything of one shop from every table, in batches of rows, never of another shop.

The database says which tables there are and what points at what, so that no room can be forgotten.
The audit trail stays: it outlives its shop.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from shops.models import Shop

BATCH = 20_000
KEPT = ("shops_auditentry", "shops_audithead")
LAST = ("shops_shop_staff", "shops_demoshop")  # who may watch, and that it is to go: with the shop
# Partitions one by one (a ctid counts within one), each with the table it belongs to.
TABLES = """
SELECT c.relname, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop_id'
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
AND NOT a.attisdropped AND NOT c.relname = ANY(%s) ORDER BY c.relname
"""
LINKS = """
SELECT DISTINCT coalesce(pg_partition_root(conrelid), conrelid)::regclass::text,
    coalesce(pg_partition_root(confrelid), confrelid)::regclass::text
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
DELETE = """
DELETE FROM {table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM {table} WHERE shop_id = %s LIMIT %s))
"""


@dataclass(frozen=True)
class Table:
    """A table that holds rows, and the one it is a part of."""

    name: str
    root: str


def remove(shop: Shop, *, progress: Callable[[float], object] = lambda share: None) -> None:
    """Delete the shop with all it has; each batch is kept, so a second call goes on.

    Raises IntegrityError where something was added meanwhile: call it again.
    """
    tables = in_order()
    left = {table.name: _count(table, shop) for table in tables}
    total, gone = max(1, sum(left.values())), 0
    for table in tables:
        while deleted := _delete(table, shop):
            gone += deleted
            progress(min(1.0, gone / total))
    with transaction.atomic(), connection.cursor() as cursor:
        for name in LAST:
            cursor.execute(f"DELETE FROM {name} WHERE shop_id = %s", [shop.pk])
        cursor.execute("DELETE FROM shops_shop WHERE id = %s", [shop.pk])


def in_order() -> list[Table]:
    """The tables with rows of shops, each before those that it points at."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [[*KEPT, *LAST]])
        tables = [Table(*row) for row in cursor.fetchall()]
        cursor.execute(LINKS)
        links = {(origin, target) for origin, target in cursor.fetchall() if origin != target}
    ordered: list[Table] = []
    while tables:
        roots = {table.root for table in tables}
        wanted = {target for origin, target in links if origin in roots}
        free = [table for table in tables if table.root not in wanted] or tables[:1]
        ordered += free
        tables = [table for table in tables if table not in free]
    return ordered


def _count(table: Table, shop: Shop) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table.name} WHERE shop_id = %s", [shop.pk])
        return int(cursor.fetchone()[0])


def _delete(table: Table, shop: Shop) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DELETE.format(table=table.name), [shop.pk, BATCH])
        return cursor.rowcount
