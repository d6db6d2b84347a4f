"""Rows go to the database as columns: one array each, one statement for all of them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def run(statement: str, rows: Sequence[Sequence[Any]], *constants: Any) -> list[tuple[Any, ...]]:
    """Execute a statement on the rows' columns, after the constants; the rows it returns."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [*constants, *map(list, zip(*rows, strict=True))])
        return cursor.fetchall() if cursor.description else []
