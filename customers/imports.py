"""History imports: resumable, repeatable, with every row accounted for."""

import csv
import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from customers import facts, touchpoints
from customers.history_files import Document, HistoryFile, Reject
from customers.models import HistoryImport
from shops import partitions
from shops.connectors.base import Fact, ProductFact, TouchpointFact
from shops.models import Shop

DOCUMENTS_A_COMMIT = 400
REVIEWS_SPREAD_DAYS = 90

Progress = Callable[[int], object]


def import_orders(
    shop: Shop,
    file: HistoryFile,
    *,
    rejects: Path,
    last_days_left: int = 0,
    progress: Progress = lambda rows: None,
) -> HistoryImport:
    """Load a file of order lines; its dates end today. Safe to repeat and to interrupt.

    Orders of the last `last_days_left` days are counted as left for later. Rows that cannot be read
    go to the CSV file `rejects` with line number and reason. Each commit holds whole orders and how
    far the file was read, so a second run goes on where the first one stopped.
    """
    record = _begin(shop, "orders", file.path)
    _settle_dates(record, file, last_days_left)
    if record.finished_at:
        progress(record.rows_read)
        return record
    record.rows_rejected = record.rows_after = 0
    documents = _accepted(file, record, rejects, progress)
    for group in _groups(_skip(documents, record), DOCUMENTS_A_COMMIT):
        _store(shop, record, group)
    record.rows_read = file.row_count
    record.finished_at = now()
    with transaction.atomic():
        touchpoints.mark_all_stale(shop)
        record.save()
    return record


def later_documents(record: HistoryImport, file: HistoryFile) -> Iterator[Document]:
    """The orders that an import left for later, in the file's order."""
    file.shift = timedelta(days=record.shift_days)
    for found in file.documents():
        if isinstance(found, Document) and not _is_before(record, found):
            yield found


def _begin(shop: Shop, kind: str, path: Path) -> HistoryImport:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    record, _ = HistoryImport.objects.get_or_create(
        shop=shop, kind=kind, digest=digest, defaults={"file_name": path.name}
    )
    return record


def _settle_dates(record: HistoryImport, file: HistoryFile, last_days_left: int) -> None:
    """Choose the shift once: a later run must give every touchpoint the same time again."""
    if record.documents_done == 0 and record.until is None and file.last_placed_at:
        record.shift_days = file.shift_to_end_by(now())
        last = file.last_placed_at + timedelta(days=record.shift_days)
        record.until = file.zoned(last) - timedelta(days=last_days_left)
        if not last_days_left:
            record.until += timedelta(seconds=1)
        record.save()
    file.shift = timedelta(days=record.shift_days)


def _is_before(record: HistoryImport, document: Document) -> bool:
    return record.until is None or document.order.placed_at < record.until


def _accepted(
    file: HistoryFile, record: HistoryImport, rejects: Path, progress: Progress
) -> Iterator[Document]:
    """Documents to store; rejects are written out and what is left for later is counted."""
    rejects.parent.mkdir(parents=True, exist_ok=True)
    with rejects.open("w", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["line", "reason"])
        for found in file.documents():
            if isinstance(found, Reject):
                writer.writerow([found.line, found.reason])
                record.rows_rejected += 1
                progress(1)
                continue
            progress(found.rows)
            if _is_before(record, found):
                yield found
            else:
                record.rows_after += found.rows


def _skip(documents: Iterator[Document], record: HistoryImport) -> Iterator[Document]:
    """Leave out what an earlier, interrupted run has stored already."""
    return islice(documents, record.documents_done, None)


def _groups(documents: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while group := list(islice(documents, size)):
        yield group


def _store(shop: Shop, record: HistoryImport, group: list[Document]) -> None:
    found: list[Fact] = []
    for document in group:
        found += [*document.products, document.order]
        found += [document.customer] if document.customer else []
    partitions.ensure("customers_touchpoint", (d.order.placed_at for d in group))
    with transaction.atomic():
        facts.store(shop, found, wake=False)
        record.documents_done += len(group)
        record.rows_imported += sum(document.rows for document in group)
        record.save(update_fields=["documents_done", "rows_imported"])


def import_reviews(
    shop: Shop, path: Path, *, progress: Progress = lambda rows: None
) -> HistoryImport:
    """Load reviews from a CSV file (gzip or plain) as touchpoints. Safe to repeat.

    The file of clothing reviews has no dates and no customers: the reviews are spread evenly over
    the 90 days before the import began and stay anonymous.
    """
    record = _begin(shop, "reviews", path)
    if record.finished_at:
        progress(record.rows_read)
        return record
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open() as content:
        rows = list(csv.DictReader(content))
    step = timedelta(days=REVIEWS_SPREAD_DAYS) / max(1, len(rows))
    times = [record.started_at - step * (len(rows) - number) for number in range(len(rows))]
    partitions.ensure("customers_touchpoint", times)
    found = [fact for n, row in enumerate(rows) for fact in _review(n + 1, row, times[n])]
    with transaction.atomic():
        facts.store(shop, found)
        record.rows_read = record.rows_imported = record.documents_done = len(rows)
        record.finished_at = now()
        record.save()
    progress(len(rows))
    return record


def _review(number: int, row: dict[str, str], written_at: datetime) -> Iterable[Fact]:
    product, kind = row["Clothing ID"].strip(), row["Class Name"].strip()
    yield ProductFact(product, written_at, f"{kind or 'Garment'} {product}", kind)
    yield TouchpointFact(
        source=f"review:{number}",
        kind="review.written",
        customer_id="",
        occurred_at=written_at,
        data={
            "product_id": product,
            "rating": int(row["Rating"]),
            "title": row["Title"].strip()[:300],
            "text": row["Review Text"].strip(),
            "language": "en",
        },
    )
