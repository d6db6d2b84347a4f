"""The replays, and the clock that they turn.

A replay runs the engine's own statements with `waymark_replay` before `pg_catalog` in its search
path: their `now()` is then the moment replayed, nobody is notified, and no lock is held against
the living.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

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
    dependencies = [
        ("shops", "0011_site_script"),
        ("campaigns", "0007_tracking"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP SCHEMA waymark_replay CASCADE"),
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days")),
                (
                    "status",
                    models.CharField(default="waiting", max_length=12, verbose_name="status"),
                ),
                ("progress", models.FloatField(default=0, verbose_name="progress")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("plan", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked for"
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replays",
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
            ],
            options={
                "verbose_name": "replay",
                "verbose_name_plural": "replays",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["asked_at"],
                        name="replay_waiting",
                    ),
                    models.Index(fields=["campaign", "-id"], name="replay_of_campaign"),
                ],
            },
        ),
    ]
