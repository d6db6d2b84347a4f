"""The clock that replays turn.

A replay runs the engine's own statements with `waymark_replay` before `pg_catalog` in its search
path: their `now()` is then the moment replayed, nobody is notified, and no lock is held against
the living.
"""

from django.db import migrations

FUNCTIONS = """
CREATE SCHEMA IF NOT EXISTS waymark_replay;
CREATE OR REPLACE FUNCTION waymark_replay.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT current_setting('waymark.now')::timestamptz $$;
CREATE OR REPLACE FUNCTION waymark_replay.pg_notify(text, text) RETURNS void LANGUAGE sql
    AS $$ SELECT $$;
CREATE OR REPLACE FUNCTION waymark_replay.pg_advisory_xact_lock(int, int) RETURNS void LANGUAGE sql
    AS $$ SELECT $$;
CREATE OR REPLACE FUNCTION waymark_replay.pg_advisory_xact_lock_shared(int, int) RETURNS void
    LANGUAGE sql AS $$ SELECT $$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_first_release")]
    operations = [migrations.RunSQL(FUNCTIONS, "DROP SCHEMA waymark_replay CASCADE")]
