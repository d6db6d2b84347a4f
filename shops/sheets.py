"""Lines of a CSV file that a spreadsheet opens without running anything in it."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

# A cell that begins so is a formula to Excel, LibreOffice and Google Sheets; an apostrophe makes it
# a text. Numbers keep their sign.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Any) -> Any:
    """The cell as a text that is no formula."""
    if not isinstance(value, str) or not value.startswith(STARTS):
        return value
    return value if _is_number(value) else f"'{value}"


def csv_line(values: Iterable[Any]) -> str:
    """One line, formulas disarmed."""
    line = StringIO()
    csv.writer(line).writerow([harmless(value) for value in values])
    return line.getvalue()


def _is_number(text: str) -> bool:
    return text[0] in "+-" and text[1:].replace(".", "", 1).isdecimal()
