"""The rows of a file that is imported: those that belong together, what they say, or why not."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from customers import import_kinds
from customers.import_kinds import KINDS, Kind
from customers.models import FileImport, ImportReject
from customers.order_rows import MOST_LINES
from customers.row_values import RowFault, Told
from customers.tables import FileFault, Row
from shops.connectors.base import LONG_AGO, Fact

BATCH = 500
MOST_TOGETHER = 2 * MOST_LINES  # what is above the most of lines is refused with its reason
Read = tuple[list[int], list[Fact]]  # the numbers of rows that belong together, and what they say


def survey(record: FileImport, rows: Iterable[Row]) -> int:
    """How many rows there are. Raises FileFault where rows that belong together are parted."""
    count, known = 0, set()
    for group in _together(record, rows):
        count += len(group)
        if KINDS[record.kind].together and (name := order_of(record, group[0])):
            if hash(name) in known:
                raise FileFault(
                    _("Row %(row)d goes on with %(name)s, which others interrupt: sort the file.")
                    % {"row": group[0][0], "name": name[:100]}
                )
            known.add(hash(name))
    return count


def batches(record: FileImport, rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows for one commit each; what belongs together is not parted."""
    batch: list[Row] = []
    for group in _together(record, rows):
        if batch and len(batch) + len(group) > BATCH:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch


def _together(record: FileImport, rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows that are read as one: neighbours of the same order, else each by itself."""
    for name, some in groupby(rows, key=lambda row: order_of(record, row)):
        if not name:
            yield from ([row] for row in some)
        else:
            group = list(islice(some, MOST_TOGETHER + 1))
            if len(group) > MOST_TOGETHER:
                raise FileFault(_("%s has more rows than can be read as one.") % name[:100])
            yield group


def order_of(record: FileImport, row: Row) -> str:
    """What row and neighbour must both say to be read as one."""
    return row[1].get(record.mapping.get(KINDS[record.kind].together, ""), "")


def read(record: FileImport, batch: Iterable[Row]) -> tuple[list[Read], list[ImportReject]]:
    """What each row says, or those that belong together; and the rows that cannot be read."""
    kind = KINDS[record.kind]
    at = LONG_AGO if record.only_gaps else record.said_at
    told = Told(at, ZoneInfo(record.shop.timezone), record.shop.currency)
    found: list[Read] = []
    rejects = []
    for group in _together(record, batch):
        numbers, rows = [number for number, _cells in group], list(_values(record, group))
        faults = _faults(kind, rows)
        if not faults:
            try:
                found.append((numbers, kind.read(rows, told)))
            except RowFault as fault:
                faults[fault.at] = fault
        if faults:
            first = numbers[min(faults)]
            beside = RowFault(kind.together, _("belongs to row %d, which is rejected") % first)
            rejects += [
                reject(record, number, faults.get(place, beside))
                for place, number in enumerate(numbers)
            ]
    return found, rejects


def _values(record: FileImport, group: list[Row]) -> Iterator[dict[str, str]]:
    """The rows by field; what is said once for all of them is said in each."""
    head: dict[str, str] = {}
    for _number, cells in group:
        row = {
            each.name: cells.get(record.mapping.get(each.name, ""), "")
            or (head.get(each.name, "") if each.carried else "")
            for each in KINDS[record.kind].fields
        }
        head = head or row
        yield row


def _faults(kind: Kind, rows: list[dict[str, str]]) -> dict[int, RowFault]:
    faults = {}
    for place, row in enumerate(rows):
        try:
            import_kinds.check(kind, row)
        except RowFault as fault:
            faults[place] = fault
    return faults


def reject(record: FileImport, row: int, fault: RowFault) -> ImportReject:
    column = record.mapping.get(fault.field, fault.field)
    return ImportReject(
        shop=record.shop, of=record, row=row, column=column[:200], reason=fault.reason[:400],
        advice=fault.advice[:300],
    )  # fmt: skip
