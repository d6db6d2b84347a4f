"""Tell the listener that a row was left behind, so that work starts at once."""

from django.db import connection

CHANNEL = "waymark"


def announce(what: str) -> None:
    """Notify on commit; repeats inside one transaction are folded by Postgres."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, what])
