"""Tell the listener that a row was left behind, so that work starts at once."""

from typing import Any

from django.db import connection

CHANNEL = "waymark"
NOTIFY = "SELECT pg_notify(%s, %s)"


def announce(what: str) -> None:
    """Notify on commit; repeats inside one transaction are folded by Postgres."""
    with connection.cursor() as cursor:
        cursor.execute(NOTIFY, [CHANNEL, what])


def connection_parameters() -> dict[str, Any]:
    """What psycopg needs for a connection of its own to Django's database."""
    parameters = connection.get_connection_params()
    return {k: v for k, v in parameters.items() if k not in {"cursor_factory", "context"}}
