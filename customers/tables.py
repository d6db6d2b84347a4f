"""Rows of a CSV, XLSX or JSONL file, read in a stream: each with its number and texts by column.

What makes a file dangerous is refused before it is read: too large unpacked, too many columns, a
line without end.
"""

import codecs
import csv
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

FORMATS = (".csv", ".xlsx", ".jsonl")
MOST_COLUMNS, LONGEST_LINE = 200, 200_000
# An XLSX is a ZIP: a few bytes may unpack to gigabytes. Its texts are held in memory as a whole.
MOST_UNPACKED, MOST_TEXTS, MOST_MEMBERS = 600_000_000, 60_000_000, 2_000

Row = tuple[int, dict[str, str]]


class FileFault(Exception):
    """A file that cannot be read at all; says what is wrong and what to do."""


def columns(path: Path) -> list[str]:
    """The names of the file's columns; a JSONL file has those of its first hundred rows."""
    if path.suffix == ".jsonl":
        names: dict[str, None] = {}
        for number, row in _jsonl(path):
            names |= dict.fromkeys(row)
            if number >= 100:
                break
        found = list(names)
    else:
        found = next(_cells(path), [])
    while found and not found[-1]:
        found.pop()
    if not found:
        raise FileFault(_("The file is empty: its first line must name the columns."))
    if len(found) > MOST_COLUMNS:
        raise FileFault(_("The file has more than %d columns.") % MOST_COLUMNS)
    doubled = {name for name in found if name and found.count(name) > 1}
    if doubled:
        raise FileFault(_("Two columns are called %s: rename one.") % ", ".join(sorted(doubled)))
    return [name for name in found if name]


def rows(path: Path) -> Iterator[Row]:
    """Every row with its number; the first row below the names is 1. Empty rows are left out."""
    if path.suffix == ".jsonl":
        yield from _jsonl(path)
        return
    cells = _cells(path)
    names = next(cells, [])
    for number, values in enumerate(cells, 1):
        row = {name: value for name, value in zip(names, values, strict=False) if name}
        if any(row.values()):
            yield number, row


def _cells(path: Path) -> Iterator[list[str]]:
    return _xlsx(path) if path.suffix == ".xlsx" else _csv(path)


def _csv(path: Path) -> Iterator[list[str]]:
    encoding = _encoding(path)
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding=encoding, newline="") as content:
        sample = content.read(20_000)
        content.seek(0)
        try:
            dialect: Any = csv.Sniffer().sniff(sample.split("\n", 1)[0], delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel
        try:
            for values in csv.reader(content, delimiter=dialect.delimiter):
                yield [text(value) for value in values]
        except (csv.Error, UnicodeError) as fault:
            raise FileFault(_("The file cannot be read as CSV: %s.") % fault) from fault


def _encoding(path: Path) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, or else what Excel writes in the West."""
    with path.open("rb") as content:
        start = content.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        content.seek(0)
        try:
            while chunk := content.read(1_000_000):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _xlsx(path: Path) -> Iterator[list[str]]:
    _check_unpacked(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as fault:
        raise FileFault(_("The file is no XLSX workbook that can be read.")) from fault
    try:
        sheet = book.worksheets[0]
        for values in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield [text(value) for value in values]
    except FileFault:
        raise
    except Exception as fault:
        raise FileFault(_("The workbook is damaged: save it again and try once more.")) from fault
    finally:
        book.close()


def _check_unpacked(path: Path) -> None:
    """Refuse a workbook that unpacks to more than a machine should hold. A ZIP cannot lie about
    it: no member is read beyond the size that it states."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile as fault:
        raise FileFault(_("The file is no XLSX workbook: its content is another.")) from fault
    texts = sum(m.file_size for m in members if not m.filename.startswith("xl/worksheets/"))
    total = sum(m.file_size for m in members)
    if total > MOST_UNPACKED or texts > MOST_TEXTS or len(members) > MOST_MEMBERS:
        raise FileFault(
            _("The workbook unpacks to too much (%d MB): save the sheet as CSV instead.")
            % (total // 1_000_000)
        )


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as content:
        for number, line in enumerate(iter(lambda: content.readline(LONGEST_LINE + 1), b""), 1):
            if len(line) > LONGEST_LINE:
                raise FileFault(_("Line %d has no end: each line must be one object.") % number)
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except (ValueError, RecursionError) as fault:
                raise FileFault(
                    _("Line %(line)d is no JSON: %(fault)s.") % {"line": number, "fault": fault}
                ) from fault
            if not isinstance(said, dict):
                raise FileFault(_('Line %d must be one object, such as {"id": "1"}.') % number)
            yield number, {str(name): text(value) for name, value in said.items()}


def text(value: Any) -> str:
    """A cell as text: 17850.0 is the customer 17850, and a date is written as one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).replace("\x00", "").strip()
