"""Find what names a person in every table there is, and take it out.

The tables are asked of the database itself, so a table that is made tomorrow is searched tomorrow.
Each table is a transaction of its own: a search of millions of rows locks nobody out.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from customers.naming import Person

TEXTS = ("text", "varchar", "jsonb", "json", "bytea", "_text", "_varchar")
COLUMNS = """
SELECT c.table_name, c.column_name, replace(format(
    CASE WHEN c.character_maximum_length IS NULL THEN '%%s' ELSE '%%s(%%s)' END,
    ltrim(c.udt_name, '_') || CASE WHEN c.udt_name LIKE '\\_%%' THEN '[]' ELSE '' END,
    c.character_maximum_length), '()', '')
FROM information_schema.columns c
JOIN pg_class k ON k.oid = format('%%I.%%I', c.table_schema, c.table_name)::regclass
WHERE c.table_schema = current_schema() AND k.relkind IN ('r', 'p') AND NOT k.relispartition
AND c.is_generated = 'NEVER' AND (c.udt_name = ANY(%s) OR c.column_name = 'shop_id')
ORDER BY 1, c.ordinal_position
"""
NEVER_ABOUT_CUSTOMERS = (  # Django's own; the sessions of the team are signed and hold a number
    "django_migrations", "django_content_type", "django_session", "auth_permission", "auth_group",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table with those columns that can hold words."""

    name: str
    columns: dict[str, str]
    has_shop: bool

    def where(self, person: Person, pattern: str) -> sql.Composed:
        """Its rows of the shop in which the pattern is found."""
        found = sql.SQL(" OR ").join(
            sql.SQL("{} ~* {}").format(_as_text(name, kind), sql.Literal(pattern))
            for name, kind in self.columns.items()
        )
        shop = sql.SQL("shop_id = {} AND ").format(sql.Literal(person.shop))
        return sql.SQL("WHERE {}({})").format(shop if self.has_shop else sql.SQL(""), found)


def tables() -> list[Table]:
    """Every table that can hold what names somebody."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(TEXTS)])
        rows = cursor.fetchall()
    found: dict[str, Table] = {}
    with_shop = {table for table, column, _kind in rows if column == "shop_id"}
    for table, column, kind in rows:
        if table not in NEVER_ABOUT_CUSTOMERS:
            held = found.setdefault(table, Table(table, {}, has_shop=table in with_shop))
            if column != "shop_id":
                held.columns[column] = kind
    return [table for table in found.values() if table.columns]


def sweep(person: Person, mark: str) -> dict[str, int]:
    """Take the person out of every table; returns how many rows of which it was in.

    Rows that are only about them go; raw deliveries lose their body; elsewhere `mark` stands where
    they stood. The audit trail never held them and is not touched.
    """
    swept: dict[str, int] = {}
    for table in tables():
        with transaction.atomic(), connection.cursor() as cursor:
            count = sum(_run(cursor, statement) for statement in _statements(table, person, mark))
        if count:
            swept[table.name] = count
    return swept


def _statements(table: Table, person: Person, mark: str) -> list[sql.Composed]:
    name, found = sql.Identifier(table.name), []
    if table.name in settings.ERASED_WITH_THEIR_CUSTOMER:
        about = sql.SQL("DELETE FROM {} WHERE customer_id = ANY({})")
        found.append(about.format(name, sql.Literal(person.customers)))
    if table.name == "shops_delivery" and (person.words or person.ids):
        return [_of_deliveries(person)]
    if not person.pattern or table.name == "shops_auditentry":
        return found
    if table.name in settings.ERASED_WHERE_NAMED:
        where = table.where(person, person.pattern)
        return [*found, sql.SQL("DELETE FROM {} {}").format(name, where)]
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), _without(column, kind, person, mark))
        for column, kind in table.columns.items()
    )
    where = table.where(person, person.pattern)
    return [*found, sql.SQL("UPDATE {} SET {} {}").format(name, changes, where)]


def _of_deliveries(person: Person) -> sql.Composed:
    """What waits to be read is left: `customers.forgetting` sees to it, and the next search."""
    either = "|".join(pattern for pattern in (person.pattern, person.pattern_of_ids) if pattern)
    return sql.SQL(
        "UPDATE shops_delivery SET body = '{{}}', status = 'erased', reason = '' "
        "WHERE shop_id = {} AND digested_at IS NOT NULL AND status <> 'erased' "
        "AND (encode(body, 'escape') ~* {} OR reason ~* {})"
    ).format(*map(sql.Literal, (person.shop, either, either)))


def residue(person: Person) -> dict[str, int]:
    """In how many rows of which table the person is still named."""
    found: dict[str, int] = {}
    if person.pattern:
        for table in tables():
            counting = sql.SQL("SELECT count(*) FROM {} {}").format(
                sql.Identifier(table.name), table.where(person, person.pattern)
            )
            with connection.cursor() as cursor:
                cursor.execute(counting)
                [count] = cursor.fetchone()
            if count:
                found[table.name] = count
    return found


def _as_text(column: str, kind: str) -> sql.Composed:
    named = sql.Identifier(column)
    if kind == "bytea":
        return sql.SQL("encode({}, 'escape')").format(named)
    return sql.SQL("{}::text").format(named)


def _without(column: str, kind: str, person: Person, mark: str) -> sql.Composed:
    """The column with the mark where the pattern was."""
    text = sql.SQL("regexp_replace({}, {}, {}, 'gi')").format(
        _as_text(column, kind), sql.Literal(person.pattern), sql.Literal(mark)
    )
    if kind == "bytea":
        return sql.SQL("decode({}, 'escape')").format(text)
    return sql.SQL("({})::{}").format(text, sql.SQL(kind))


def _run(cursor: Any, statement: sql.Composed) -> int:
    cursor.execute(statement)
    return int(cursor.rowcount)
