"""The database emptied after a test that committed: only the tables that hold rows.

Django's own way truncates all of them, which makes a new file for each table and index, and then
writes the same permissions again.
"""

from typing import Any

from django.db import connection, transaction

KEPT = {"django_content_type", "auth_permission"}  # what migrations leave behind


def empty(_test: Any = None) -> None:
    """Delete every row. As a replica: neither foreign keys nor append-only tables are asked."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in set(tables) - KEPT
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(asked)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
