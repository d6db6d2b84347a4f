"""Monthly partitions for the tables that grow with time."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

MONTHS_AHEAD = 3
PARTITIONED = {"shops_delivery": "received_at", "customers_touchpoint": "occurred_at"}


def ensure(table: str, months: Iterable[datetime]) -> None:
    """Make the monthly partitions of `table` that hold these moments. Safe to repeat.

    A row whose month nobody prepared waits in the default partition until somebody does.
    """
    firsts = sorted({(moment.year, moment.month) for moment in months})
    with transaction.atomic(), connection.cursor() as cursor:
        # One maker at a time: two of them would both find the month missing.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('waymark.partitions'))")
        existing = _partitions(cursor, table)
        for year, month in firsts:
            name = f"{table}_{year}_{month:02d}"
            if name not in existing:
                _attach(cursor, table, name, (year, month))


def _attach(cursor: CursorWrapper, table: str, name: str, first: tuple[int, int]) -> None:
    """Make one partition, taking along the rows that went to the default one meanwhile."""
    start, end = datetime(*first, 1, tzinfo=UTC).isoformat(), _next_month(*first).isoformat()
    column = PARTITIONED[table]
    cursor.execute(
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);"
        f"WITH moved AS (DELETE FROM {table}_default"
        f"  WHERE {column} >= '{start}' AND {column} < '{end}' RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM moved;"
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"
    )


def drop_before(table: str, moment: datetime, *, unless: str) -> list[str]:
    """Drop the partitions that end before the moment, but for those with a row that `unless` finds.

    Returns the names of those that were dropped. Rows of the default partition are deleted.
    """
    dropped = []
    with transaction.atomic(), connection.cursor() as cursor:
        for name in sorted(_partitions(cursor, table)):
            end = _end(table, name)
            if end is None or end > moment:
                continue
            cursor.execute(f"SELECT EXISTS (SELECT FROM {name} WHERE {unless})")
            if not cursor.fetchone()[0]:
                cursor.execute(f"DROP TABLE {name}")
                dropped.append(name)
        cursor.execute(
            f"DELETE FROM {table}_default WHERE {PARTITIONED[table]} < %s AND NOT ({unless})",
            [moment],
        )
    return dropped


def parts(table: str, before: datetime) -> list[str]:
    """The tables that hold the rows of before the moment: one, where it is not partitioned."""
    if table not in PARTITIONED:
        return [table]
    with connection.cursor() as cursor:
        names = sorted(_partitions(cursor, table))
    return [name for name in names if (begin := _begin(table, name)) is None or begin < before]


def _begin(table: str, name: str) -> datetime | None:
    """When a partition's month begins; None for the default one."""
    year, _, month = name.removeprefix(f"{table}_").partition("_")
    return datetime(int(year), int(month), 1, tzinfo=UTC) if year.isdigit() else None


def _end(table: str, name: str) -> datetime | None:
    """When a partition's month is over; None for the default one."""
    year, _, month = name.removeprefix(f"{table}_").partition("_")
    return _next_month(int(year), int(month)) if year.isdigit() else None


def _partitions(cursor: CursorWrapper, table: str) -> set[str]:
    cursor.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass",
        [table],
    )
    return {name for (name,) in cursor.fetchall()}


def ensure_ahead(now: datetime) -> None:
    """Prepare this month and the next ones for every partitioned table."""
    moments = [now]
    for _ in range(MONTHS_AHEAD):
        moments.append(_next_month(moments[-1].year, moments[-1].month))
    for table in PARTITIONED:
        ensure(table, moments)


def _next_month(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
