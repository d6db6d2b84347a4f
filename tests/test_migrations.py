"""Models and migrations agree, and a migration never locks out the release before it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

ROOT = Path(__file__).parent.parent
ROOMS = sorted(folder.parent.name for folder in ROOT.glob("*/migrations"))
# Of the first release: there were no rows and no servers before it.
FIRST = {"0001_first_release", "0002_written_by_hand"}

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing():
    said = StringIO()
    call_command("makemigrations", dry_run=True, stdout=said)
    assert said.getvalue().strip() == "No changes detected"


@pytest.mark.django_db(transaction=True)  # as an index made concurrently demands
def test_servers_of_the_release_before_go_on_working():
    linter = MigrationLinter(
        str(ROOT), no_cache=True, include_apps=ROOMS, ignore_name=FIRST, all_warnings_as_errors=True
    )
    linter.lint_all_migrations()
    assert linter.nb_erroneous == 0
    assert linter.nb_valid > 0


@pytest.mark.parametrize(
    "step",
    [
        migrations.RemoveField("customer", "phone"),
        migrations.RenameField("customer", "phone", "telephone"),
        migrations.AddField("customer", "rank", models.IntegerField(default=0)),
        migrations.AddIndex("customer", models.Index(fields=["country"], name="customer_country")),
    ],
    ids=["removed", "renamed", "demanded", "locked"],
)
def test_what_would_hurt_them_is_found(step):
    linter = MigrationLinter(str(ROOT), no_cache=True)
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor(collect_sql=True) as editor:
        _migration(step).apply(state, editor, collect_sql=True)
    errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, editor.collected_sql)
    assert errors or warnings


def _migration(step: Operation) -> migrations.Migration:
    hurts = type("Migration", (migrations.Migration,), {"operations": [step]})
    return hurts("0099_hurts", "customers")
