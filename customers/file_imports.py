"""A file becomes rows: tried out first, then in the background, a batch a commit.

Each batch commits what its rows said together with how far the file is behind it. A worker that is
killed loses its lease and another one goes on after the last commit; one that comes back too late
finds that the import is no longer its own, and stops before it writes.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from customers import facts, import_kinds, orders, tables, touchpoints
from customers.file_rows import Read, batches, order_of, read, reject, survey
from customers.import_kinds import KINDS
from customers.models import Customer, FileImport, ImportReject, Order
from customers.row_values import RowFault
from customers.tables import FileFault, Row
from shops import files, partitions
from shops.announcing import announce
from shops.connectors.base import (
    CustomerFact,
    OrderFact,
    ProductFact,
    TouchpointFact,
)
from shops.models import Product, Shop

TRIED = 2_000  # rows of a file that are read before anything is written
SHOWN = 20
LEASE = timedelta(minutes=5)  # a large workbook takes minutes to find the place in
TURN = timedelta(minutes=2)  # then other work has its turn
ATTEMPTS = 5  # at the same rows: whatever stops a worker there would stop every other one
KEPT = timedelta(days=7)  # the file itself; what was rejected is kept with the import

# What a trial counts as new or known.
COUNTED: dict[str, tuple[type[Any], type[Any]]] = {
    "customers": (CustomerFact, Customer),
    "products": (ProductFact, Product),
    "orders": (OrderFact, Order),
}


@dataclass
class Trial:
    """What would happen to the first rows of a file."""

    rows: int = 0
    new: int = 0
    known: int = 0
    consents: int = 0
    rejects: list[ImportReject] = field(default_factory=list)
    rejected: int = 0
    fault: str = ""
    samples: dict[str, str] = field(default_factory=dict)


def begin(shop: Shop, kind: str, name: str, content: Any, *, by: str) -> FileImport:
    """Take in a file and guess what its columns mean. Raises FileFault."""
    suffix = Path(name).suffix.lower()
    if suffix not in tables.FORMATS:
        raise FileFault(_("%s is no CSV, XLSX or JSONL file.") % name)
    safe = Path(name).stem[:150] + suffix
    with transaction.atomic():
        file = files.keep(shop, safe, files.chunks_of(content), until=now() + KEPT)
        with files.on_disk(file) as path:
            columns = tables.columns(path)
        before = FileImport.objects.filter(shop=shop, digest=file.digest, kind=kind)
        first = before.order_by("pk").first()
        record = FileImport(
            shop=shop, kind=kind, file=file, file_name=safe, digest=file.digest, columns=columns,
            mapping=import_kinds.guess(KINDS[kind], columns), by=by,
            # An older export must not take back what the shop has told of an order since.
            only_gaps=bool(KINDS[kind].together),
        )  # fmt: skip
        if first:
            record.said_at, record.mapping = first.said_at, first.mapping
        record.save()
    return record


def choose(record: FileImport, mapping: dict[str, str], *, only_gaps: bool) -> None:
    """Say which column each field is in; only while nothing was read yet."""
    known = {each.name for each in KINDS[record.kind].fields}
    record.mapping = {
        name: column
        for name, column in mapping.items()
        if name in known and column in record.columns
    }
    record.only_gaps = only_gaps
    FileImport.objects.filter(pk=record.pk, status="uploaded").update(
        mapping=record.mapping, only_gaps=only_gaps
    )


def try_out(record: FileImport) -> Trial:
    """Read the first rows and say what would happen; writes nothing."""
    trial = Trial()
    if record.file is None:
        return Trial(fault=_("The file is gone: it is kept for a week. Upload it again."))
    try:
        with files.on_disk(record.file) as path:
            batch = list(islice(tables.rows(path), TRIED))
        survey(record, batch)
    except FileFault as fault:
        return Trial(fault=str(fault))
    told, rejects = read(record, batch)
    found = [fact for _rows, said in told for fact in said]
    trial.rows = len(batch)
    if record.kind in COUNTED:
        fact, model = COUNTED[record.kind]
        names = {each.external_id for each in found if isinstance(each, fact)}
        held = model.objects.filter(shop=record.shop, external_id__in=names)
        trial.known = held.count()
        trial.new = len(names) - trial.known
    trial.consents = sum(type(fact).__name__ == "ConsentFact" for fact in found)
    trial.rejects, trial.rejected = rejects[:SHOWN], len(rejects)
    trial.samples = {
        column: next((row[column] for _n, row in batch if row.get(column)), "")
        for column in record.columns
    }
    return trial


def start(record: FileImport) -> None:
    """Let the import wait for a worker. Safe to repeat."""
    with transaction.atomic():
        waiting = FileImport.objects.filter(pk=record.pk, status="uploaded")
        if waiting.update(status="waiting"):
            announce("import")


def cancel(record: FileImport) -> bool:
    """Stop before the next batch; what was read stays. False when it was over already."""
    running = FileImport.objects.filter(pk=record.pk, status__in=["uploaded", "waiting", "running"])
    return bool(running.update(status="cancelled", finished_at=now()))


def run_waiting() -> bool:
    """Take one import that waits, or whose worker has died, and read on; whether there was one."""
    owner = uuid.uuid4().hex
    with transaction.atomic():
        free = Q(busy_until=None) | Q(busy_until__lt=now())
        waiting = FileImport.objects.filter(free, status__in=["waiting", "running"])
        record = waiting.select_for_update(skip_locked=True).order_by("pk").first()
        if record is None:
            return False
        record.status, record.owner, record.busy_until = "running", owner, now() + LEASE
        record.attempts += 1
        record.save(update_fields=["status", "owner", "busy_until", "attempts"])
    try:
        if record.attempts > ATTEMPTS:
            raise FileFault(_stuck(record))
        _run(record)
    except FileFault as fault:
        _end(record, "failed", str(fault))
    return True


def _stuck(record: FileImport) -> str:
    said = _(
        "The server stopped %(times)d times while reading the rows after %(row)d. What was read"
        " stays; ask who runs the server to look at the worker's log, then upload the file again."
    )
    return said % {"times": ATTEMPTS, "row": record.rows_done}


def _run(record: FileImport) -> None:
    if record.file is None:
        raise FileFault(_("The file is gone: it is kept for a week. Upload it again."))
    ends = now() + TURN
    with files.on_disk(record.file) as path:
        if not record.row_count:
            record.row_count = survey(record, tables.rows(path))
            FileImport.objects.filter(pk=record.pk).update(row_count=record.row_count)
        for batch in batches(record, islice(tables.rows(path), record.rows_done, None)):
            if not store(record, batch):
                return
            if now() > ends:
                FileImport.objects.filter(pk=record.pk, owner=record.owner).update(busy_until=None)
                announce("import")
                return
        _wake_buyers(record, path)
    _end(record, "done")


def _wake_buyers(record: FileImport, path: Path) -> None:
    """Let whose orders were read be looked at, once all are in: half a history is another life."""
    if not KINDS[record.kind].together:
        return
    rows = tables.rows(path)
    while numbers := {order_of(record, row) for row in islice(rows, TRIED)}:
        touchpoints.mark_stale(orders.buyers(record.shop, [*numbers]))


def store(record: FileImport, batch: list[Row]) -> bool:
    """Write one batch with the mark of it, or nothing; False when the import is not ours to go on
    with: cancelled, or taken over."""
    with transaction.atomic():
        held = FileImport.objects.select_for_update().get(pk=record.pk)
        if (held.owner, held.status) != (record.owner, "running"):
            return False
        told, rejects = read(record, batch)
        rejects += _write(record, told)
        ImportReject.objects.bulk_create(rejects)
        held.rows_done += len(batch)
        held.rows_rejected += len(rejects)
        held.row_count = max(held.row_count, held.rows_done)
        held.busy_until, held.attempts = now() + LEASE, 0
        held.save(
            update_fields=["rows_done", "rows_rejected", "row_count", "busy_until", "attempts"]
        )
    record.rows_done, record.rows_rejected = held.rows_done, held.rows_rejected
    return True


def _write(record: FileImport, told: list[Read]) -> list[ImportReject]:
    """Store what was read together; where the database refuses, one by one to find which it is."""
    found = [fact for _rows, said in told for fact in said]
    times = [fact.occurred_at for fact in found if isinstance(fact, TouchpointFact)]
    times += [fact.placed_at for fact in found if isinstance(fact, OrderFact)]
    partitions.ensure("customers_touchpoint", times)
    try:
        with transaction.atomic():
            facts.store(record.shop, found, wake=not KINDS[record.kind].together)
    except DatabaseError as fault:
        if len(told) == 1:
            said = _("The database refused it: %s") % str(fault).split("\n", 1)[0]
            return [reject(record, row, RowFault("", said)) for row in told[0][0]]
        return [reject for one in told for reject in _write(record, [one])]
    return []


def _end(record: FileImport, status: str, fault: str = "") -> None:
    own = FileImport.objects.filter(pk=record.pk, owner=record.owner, status="running")
    own.update(status=status, fault=fault, finished_at=now(), busy_until=None)


def reject_lines(record: FileImport) -> Iterator[list[str]]:
    """The file of what was rejected, line by line."""
    yield [_("row"), _("column"), _("reason"), _("what to do")]
    rows = record.rejects.order_by("row").values_list("row", "column", "reason", "advice")
    for row, column, reason, advice in rows.iterator(chunk_size=2_000):
        yield [str(row), column, reason, advice]
