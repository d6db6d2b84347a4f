"""What the planner is told for one statement, and forgets again after it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# Hash and merge joins only. Without statistics each side of a join is thought to have a row or two,
# and a loop over two of them compares everybody with everybody.
JOINED_AT_ONCE = {"enable_nestloop": "off"}


@contextmanager
def planned(settings: dict[str, str]) -> Iterator[CursorWrapper]:
    """A cursor in a transaction of its own, or within the one that is open, with these settings."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        yield cursor
        for name in settings:  # what follows in an open transaction is planned as before
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")
