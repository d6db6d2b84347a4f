"""No statement of a rule may run for ever."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import OperationalError, connection, transaction

LIMIT = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
RESTORE = "SELECT set_config('statement_timeout', %s, true)"


class TookTooLong(Exception):
    """A statement was stopped at its limit; what it did is undone."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A transaction, or a savepoint of one, whose statements are stopped after so many seconds.

    Raises TookTooLong; the surrounding transaction goes on.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LIMIT, [f"{round(seconds * 1000)}ms"])
            before = cursor.fetchone()[0]
            yield
            cursor.execute(RESTORE, [before])
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TookTooLong(f"It took longer than {seconds:g} seconds.") from error
        raise
