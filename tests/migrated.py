"""One migrated database, made once for each state of the migrations, that test databases copy.

Django still compares a copy with the migrations and applies what it lacks.
"""

import hashlib
import os
import subprocess
import sys

import django
import psycopg
from django.conf import settings
from django.db import connection

PREFIX = "waymark_migrated_"
LOCK = 7_310_201  # of those who look at the same moment, one makes it


def template() -> str:
    """The name of a database with every migration, on the server that tests use."""
    name = PREFIX + _digest()
    with psycopg.connect(_url("postgres"), autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        kept = line.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        ).fetchall()
        if (name,) not in kept:
            for (other,) in kept:
                line.execute(f"DROP DATABASE {other}")
            _make(line, name)
    return name


def _make(line: "psycopg.Connection[tuple[str]]", name: str) -> None:
    """It has its name only when it is complete."""
    line.execute(f"CREATE DATABASE {name}_new")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": _url(f"{name}_new")},
        check=True,
    )
    line.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")


def _digest() -> str:
    files = sorted(settings.BASE_DIR.glob("*/migrations/*.py"))
    contents = [django.__version__, *(f"{file}\0{file.read_text()}" for file in files)]
    return hashlib.sha256("\0".join(contents).encode()).hexdigest()[:16]


def _url(name: str) -> str:
    place = {**connection.get_connection_params(), "dbname": name}
    return "postgres://{user}:{password}@{host}:{port}/{dbname}".format(**place)
