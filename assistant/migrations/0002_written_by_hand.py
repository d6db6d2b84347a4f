"""Meaning is compared by pgvector where the server has it and lets us; else words are."""

from django.db import migrations

PGVECTOR = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("assistant", "0001_first_release")]
    operations = [migrations.RunSQL(PGVECTOR, migrations.RunSQL.noop)]
