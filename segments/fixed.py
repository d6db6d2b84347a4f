"""Segments that no rule fills: whoever was put in stays until taken out, one by one or by file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from segments.membership_sql import ALONE, MOVED
from segments.models import Segment
from shops import outbox
from shops.clock import now

COLUMNS = ("customer_id", "email")
BATCH, REPORTED = 5_000, 100

TABLE = "CREATE TEMPORARY TABLE static_found (customer_id bigint PRIMARY KEY)"
FIND = """
INSERT INTO static_found
SELECT DISTINCT coalesce(c.merged_into_id, c.id) FROM unnest(%(values)s::text[]) AS v (value)
JOIN customers_customer c ON c.shop_id = %(shop)s AND v.value <> '' AND {matches}
ON CONFLICT DO NOTHING
"""
UNKNOWN = """
SELECT v.n FROM unnest(%(values)s::text[]) WITH ORDINALITY AS v (value, n)
WHERE NOT EXISTS (SELECT FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND v.value <> '' AND {matches})
"""
MATCHES = {"customer_id": "c.external_id = v.value", "email": "c.email = lower(v.value)"}
CLOSE = """
UPDATE segments_membership m SET left_at = now(),
    left_why = jsonb_build_object('file', %(file)s::text)
WHERE m.segment_id = %(segment)s AND m.left_at IS NULL
AND NOT EXISTS (SELECT FROM static_found f WHERE f.customer_id = m.customer_id)
"""
OPEN = """
INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at, version, why)
SELECT %(shop)s, %(segment)s, f.customer_id, now(), 0, jsonb_build_object('file', %(file)s::text)
FROM static_found f WHERE NOT EXISTS (SELECT FROM segments_membership m
    WHERE m.segment_id = %(segment)s AND m.customer_id = f.customer_id AND m.left_at IS NULL)
ORDER BY f.customer_id ON CONFLICT DO NOTHING
"""
ADD = """
WITH come AS (
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at)
    SELECT %(shop)s, %(segment)s, c.id, now() FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.id = ANY(%(customers)s)
    AND NOT EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s
        AND m.customer_id = c.id AND m.left_at IS NULL)
    ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE segments_segment SET refreshed_at = now(),
    member_count = member_count + (SELECT count(*) FROM come)
WHERE id = %(segment)s RETURNING (SELECT count(*) FROM come)
"""


class FileError(Exception):
    """A file that cannot be read; says what is wrong and what to do."""


@dataclass
class Loaded:
    """What became of a file: rows read, and the lines of those that fit no customer."""

    rows: int = 0
    members: int = 0
    unknown_count: int = 0
    unknown_lines: list[int] = field(default_factory=list)


def add(segment: Segment, customers: list[int]) -> int:
    """Put these customers of the shop into the segment; returns how many were not in it yet."""
    known: dict[str, Any] = {"shop": segment.shop_id, "segment": segment.pk, "customers": customers}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ADD, known)
        return int(cursor.fetchone()[0])


def load(segment: Segment, content: str, *, file_name: str, keep: bool = False) -> Loaded:
    """Fill the segment with the customers of a CSV file, all or nothing. Safe to repeat.

    The file has a column `customer_id` (the shop's id) or `email`. Whoever is not in it leaves,
    unless `keep`. Raises FileError.
    """
    rows, column = _read(content)
    loaded = Loaded()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE, [segment.pk])
        cursor.execute(TABLE)
        for first, values in _batches(rows):
            own: dict[str, Any] = {"shop": segment.shop_id, "values": values}
            cursor.execute(UNKNOWN.format(matches=MATCHES[column]), own)
            unknown = sorted(first + n for (n,) in cursor.fetchall())
            cursor.execute(FIND.format(matches=MATCHES[column]), own)
            loaded.rows += len(values)
            loaded.unknown_count += len(unknown)
            loaded.unknown_lines += unknown[: REPORTED - len(loaded.unknown_lines)]
        own = {"shop": segment.shop_id, "segment": segment.pk, "file": file_name}
        if not keep:
            cursor.execute(CLOSE, own)
        cursor.execute(OPEN, own)
        cursor.execute("DROP TABLE static_found")
        loaded.members = segment.memberships.filter(left_at=None).count()
        Segment.objects.filter(pk=segment.pk).update(
            member_count=loaded.members, refreshed_at=now()
        )
        if outbox.is_wanted(segment.shop, "customer.segment_entered", "customer.segment_left"):
            outbox.publish(MOVED.format(only_m=""), own)
    return loaded


def _read(content: str) -> tuple[Iterator[str], str]:
    """The values of the column that names customers, and which one that is."""
    reader = csv.DictReader(StringIO(content.removeprefix("\ufeff")))
    names = {name.strip().lower(): name for name in reader.fieldnames or [] if name}
    column = next((column for column in COLUMNS if column in names), "")
    if not column:
        raise FileError(_("The first line must name a column %s.") % _(" or ").join(COLUMNS))
    return ((row[names[column]] or "").strip() for row in reader), column


def _batches(values: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Lists of values, each with the number of the line before its first (the header is line 1)."""
    batch: list[str] = []
    line = 1
    for value in values:
        batch.append(value.replace("\x00", ""))
        if len(batch) == BATCH:
            yield line, batch
            line, batch = line + len(batch), []
    if batch:
        yield line, batch
