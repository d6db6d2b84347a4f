"""A segment's members, or chosen customers, as CSV, XLSX or JSONL: read by COPY stretch by stretch.

Memory holds one stretch, however large the segment is. The file is written anew when its worker
dies: nothing of it was to be had before it was whole. It is kept for a day.
"""

import json
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from segments import editing
from segments.export_models import SegmentExport
from segments.models import Segment
from shops import files, money, sheets
from shops.announcing import announce
from shops.models import Shop, User

FORMATS = ("csv", "xlsx", "jsonl")
STRETCH = 10_000
LEASE = timedelta(seconds=120)
KEPT = timedelta(hours=24)
MOST_IN_A_SHEET = 1_048_575  # rows of an XLSX sheet below its names
SIGNER = TimestampSigner(salt="waymark.segment-export", sep=".")

# Name of the column: SQL over c (customer), p (profile), m (membership).
COLUMNS = {
    "customer_id": "c.external_id",
    "country": "c.country",
    "language": "c.language",
    "customer_since": "c.created_at",
    "in_segment_since": "m.entered_at",
    "orders": "coalesce(p.order_count, 0)",
    "revenue": "coalesce(p.revenue_cents, 0)",
    "last_order_at": "p.last_order_at",
    "allows_email": """EXISTS (SELECT FROM customers_consent k WHERE k.customer_id = c.id
        AND k.channel = 'email' AND k.purpose = 'marketing' AND k.ended_at IS NULL)""",
}
PERSONAL = {
    "email": "c.email",
    "phone": "c.phone",
    "first_name": "c.first_name",
    "last_name": "c.last_name",
}
PEOPLE = """
COPY (SELECT c.id, {columns} FROM {source}
    LEFT JOIN customers_profile p ON p.customer_id = c.id
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.id > %(after)s {only}
    ORDER BY c.id LIMIT %(most)s) TO STDOUT
"""
MEMBERS = "segments_membership m JOIN customers_customer c ON c.id = m.customer_id"
IN_IT = "AND m.segment_id = %(segment)s AND m.left_at IS NULL AND m.customer_id > %(after)s"
CUSTOMERS, CHOSEN = "customers_customer c", "AND c.id = ANY(%(chosen)s)"


class Stopped(Exception):
    """The export was cancelled, or another worker has taken it over."""


class ExportFault(Exception):
    """An export that cannot be made; says what to do."""


def ask(segment: Segment, *, format: str, by: User, personal: bool) -> SegmentExport:
    """Have the segment written to a file in the background. Raises ExportFault."""
    whom = {"shop": segment.shop, "segment": segment, "row_count": segment.member_count}
    return _asked(format, by, personal=personal, **whom)


def ask_chosen(
    shop: Shop, customers: list[int] | None, *, format: str, by: User, personal: bool
) -> SegmentExport:
    """The same with these customers; None is every customer of the shop. Raises ExportFault."""
    count = editing.chosen(shop.pk, customers).count()
    return _asked(
        format, by, personal=personal, shop=shop, customers=customers, row_count=count
    )  # fmt: skip


def _asked(format: str, by: User, **whom: Any) -> SegmentExport:
    if format not in FORMATS:
        raise ExportFault(_("Choose CSV, XLSX or JSONL."))
    if format == "xlsx" and whom["row_count"] > MOST_IN_A_SHEET:
        raise ExportFault(_("A sheet has room for 1,048,575 customers: choose CSV or JSONL."))
    with transaction.atomic():
        export = SegmentExport.objects.create(
            format=format, asked_by=by, by=by.get_username(), **whom
        )
        announce("export")
    return export


def cancel(export: SegmentExport) -> bool:
    """Stop at the next stretch; False when it was over already."""
    running = SegmentExport.objects.filter(pk=export.pk, status__in=["waiting", "running"])
    return bool(running.update(status="cancelled", finished_at=now()))


def run_waiting() -> bool:
    """Write one export that waits, or whose worker has died; whether there was one."""
    with transaction.atomic():
        free = Q(busy_until=None) | Q(busy_until__lt=now())
        waiting = SegmentExport.objects.filter(free, status__in=["waiting", "running"])
        export = waiting.select_for_update(skip_locked=True).order_by("pk").first()
        if export is None:
            return False
        export.status, export.owner, export.rows_done = "running", uuid.uuid4().hex, 0
        export.busy_until = now() + LEASE
        export.save()
    try:
        _write(export)
    except Stopped:
        return True
    except ExportFault as fault:
        own = SegmentExport.objects.filter(pk=export.pk, owner=export.owner, status="running")
        own.update(status="failed", fault=str(fault), finished_at=now())
    announce("export")
    return True


def _write(export: SegmentExport) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        sheet = SHEETS[export.format](path, list(columns(export)))
        for stretch in _stretches(export):
            sheet.add(stretch)
            _went_on(export, len(stretch))
        sheet.close()
        whose = export.segment.key if export.segment else "customers"
        name = f"{whose}-{now():%Y-%m-%d}.{export.format}"
        with path.open("rb") as content, transaction.atomic():
            held = SegmentExport.objects.select_for_update().get(pk=export.pk)
            if (held.owner, held.status) != (export.owner, "running"):
                raise Stopped
            until = now() + KEPT
            held.file = files.keep(export.shop, name, files.chunks_of(content), until=until)
            held.status, held.finished_at, held.busy_until = "done", now(), None
            held.save()


def columns(export: SegmentExport) -> dict[str, str]:
    """What the file tells of each customer, by column."""
    told = {**COLUMNS, **PERSONAL} if export.personal else COLUMNS
    return {name: sql for name, sql in told.items() if export.segment or not sql.startswith("m.")}


def _stretches(export: SegmentExport) -> Iterator[list[list[Any]]]:
    chosen = columns(export)
    source, only = (MEMBERS, IN_IT) if export.segment else (CUSTOMERS, "")
    if export.customers is not None:
        only = CHOSEN
    statement = PEOPLE.format(columns=", ".join(chosen.values()), source=source, only=only)
    after: Any = 0
    while True:
        own = {"segment": export.segment_id, "shop": export.shop_id, "after": after}
        own |= {"most": STRETCH, "chosen": export.customers}
        with connection.cursor() as cursor, cursor.copy(statement, own) as copy:
            rows = [list(row) for row in copy.rows()]
        if rows:
            yield [_readable(list(chosen), row[1:], export.shop.currency) for row in rows]
            after = int(rows[-1][0])
        if len(rows) < STRETCH:
            return


def _readable(names: Sequence[str], row: list[Any], currency: str) -> list[Any]:
    """The texts of COPY as a reader expects them: amounts in units, yes and no, ISO times."""
    said = dict(zip(names, row, strict=True))
    digits = money.places(currency)
    said["orders"] = int(said["orders"])
    said["revenue"] = round(int(said["revenue"]) / 10**digits, digits)
    said["allows_email"] = "yes" if said["allows_email"] == "t" else "no"
    for name in ("customer_since", "in_segment_since", "last_order_at"):
        if name in said:
            said[name] = (said[name] or "").replace(" ", "T")
    return list(said.values())


def _went_on(export: SegmentExport, rows: int) -> None:
    export.rows_done += rows
    own = SegmentExport.objects.filter(pk=export.pk, owner=export.owner, status="running")
    if not own.update(rows_done=export.rows_done, busy_until=now() + LEASE):
        raise Stopped


class Sheet(ABC):
    """A file that grows stretch by stretch."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path, self.names = path, list(names)

    @abstractmethod
    def add(self, rows: list[list[Any]]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class Text(Sheet):
    """CSV or JSONL."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        super().__init__(path, names)
        self.content = path.open("w", encoding="utf-8", newline="")
        self.begin()

    def begin(self) -> None:
        self.content.write(sheets.csv_line(self.names))

    def add(self, rows: list[list[Any]]) -> None:
        self.content.writelines(map(sheets.csv_line, rows))

    def close(self) -> None:
        self.content.close()


class Lines(Text):
    """One JSON object a line; no spreadsheet reads it, so nothing is disarmed."""

    def begin(self) -> None:
        pass

    def add(self, rows: list[list[Any]]) -> None:
        for row in rows:
            said = dict(zip(self.names, row, strict=True))
            self.content.write(json.dumps(said, ensure_ascii=False) + "\n")


class Book(Sheet):
    """An XLSX workbook, written row by row."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        super().__init__(path, names)
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet()
        self.sheet.append(self.names)
        self.rows = 0

    def add(self, rows: list[list[Any]]) -> None:
        self.rows += len(rows)
        if self.rows > MOST_IN_A_SHEET:
            raise ExportFault(_("A sheet has room for 1,048,575 customers: choose CSV or JSONL."))
        for row in rows:
            self.sheet.append([_storable(sheets.harmless(value)) for value in row])

    def close(self) -> None:
        self.book.save(self.path)


def _storable(value: Any) -> Any:
    """Without control characters, which no workbook can hold: somebody's name may have one."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value


SHEETS: dict[str, type[Sheet]] = {"csv": Text, "jsonl": Lines, "xlsx": Book}


def link(export: SegmentExport) -> str:
    """What the address of the file says: which one, signed, good for a day."""
    return SIGNER.sign(str(export.pk))


def linked(token: str) -> int | None:
    """Which export a link is for; None when it is not ours or its day is over."""
    try:
        return int(SIGNER.unsign(token, max_age=KEPT))
    except (BadSignature, ValueError):
        return None
