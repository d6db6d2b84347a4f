"""Monthly partitions for the tables that grow with time."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection

MONTHS_AHEAD = 3


def ensure(table: str, months: Iterable[datetime]) -> None:
    """Make the monthly partitions of `table` that hold these moments. Safe to repeat.

    A row whose month nobody prepared still finds a home in the default partition, so this must run
    before rows of a new month arrive: the daily task makes the months ahead, an import its own.
    """
    firsts = sorted({(moment.year, moment.month) for moment in months})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass",
            [table],
        )
        existing = {name for (name,) in cursor.fetchall()}
        for year, month in firsts:
            name = f"{table}_{year}_{month:02d}"
            if name not in existing:
                start, end = datetime(year, month, 1, tzinfo=UTC), _next_month(year, month)
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table}"
                    f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
                )


def ensure_ahead(now: datetime) -> None:
    """Prepare this month and the next ones for every partitioned table."""
    moments = [now]
    for _ in range(MONTHS_AHEAD):
        moments.append(_next_month(moments[-1].year, moments[-1].month))
    for table in ("shops_delivery", "customers_touchpoint"):
        ensure(table, moments)


def _next_month(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
