"""A back-up taken while messages leave comes back whole into an empty server, and holds still."""

import os
import subprocess
import sys
import threading

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from campaigns.models import Message
from config import backup
from tests import make
from tests.campaigns import build

PEOPLE = 300
LEAVE = """UPDATE campaigns_message SET status = 'sent', sent_at = now()
WHERE id = (SELECT id FROM campaigns_message WHERE status = 'planned' LIMIT 1)"""
SUMS = "SELECT status, count(*) FROM campaigns_message GROUP BY 1"


def url(name: str) -> str:
    place = {**connection.get_connection_params(), "dbname": name}
    return "postgres://{user}:{password}@{host}:{port}/{dbname}".format(**place)


@pytest.fixture
def campaign():
    """A running campaign with its messages planned."""
    shop = build.shop()
    made = build.campaign(shop, status="running")
    for _ in range(PEOPLE):
        build.message(make.customer(shop), made)
    return made


@pytest.fixture
def sending():
    """Messages that leave all the while, one commit each, by another connection."""
    over = threading.Event()

    def leave():
        with psycopg.connect(url(connection.settings_dict["NAME"]), autocommit=True) as line:
            while not over.is_set():
                line.execute(LEAVE)

    thread = threading.Thread(target=leave)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.fixture
def empty(db):
    """The name of a database with nothing in it."""
    name = f"{connection.settings_dict['NAME']}_empty"
    with psycopg.connect(url("postgres"), autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")
        yield name
        line.execute(f"DROP DATABASE {name} WITH (FORCE)")


def restore(path, name, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(path)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url(name), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def sent():
    return Message.objects.filter(status="sent").count()


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_under_load_comes_back_whole_and_sends_nothing(
    campaign, sending, empty, tmp_path
):
    path, before = tmp_path / "shop.backup", sent()
    backup.take(path)
    after = sent()
    told = restore(path, empty, SECRET_KEY="another one")

    assert told.returncode == 0, told.stderr
    with psycopg.connect(url(empty)) as line:
        sums: dict[str, int] = dict(line.execute(SUMS).fetchall())
        states = line.execute("SELECT status FROM campaigns_campaign").fetchall()
    assert sum(sums.values()) == Message.objects.count() > 0
    assert before <= sums.get("sent", 0) <= after
    assert states == [("paused",)]
    assert "1 campaigns are paused" in told.stdout
    assert "1 of 1 sealed secrets cannot be read" in told.stdout
    assert path.stat().st_mode & 0o077 == 0

    again = restore(path, empty)
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_a_broken_file_leaves_an_empty_database_empty(empty, tmp_path):
    path = tmp_path / "shop.backup"
    path.write_bytes(b"no back-up")
    told = restore(path, empty)

    assert told.returncode == 1
    assert "pg_restore ended with 1" in told.stderr
    with psycopg.connect(url(empty)) as line:
        tables = line.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()
    assert tables == (0,)


@pytest.mark.django_db
def test_no_half_file_is_left_where_the_database_goes_away(tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PORT", 1)
    with pytest.raises(backup.BackupError, match="pg_dump ended with 1"):
        backup.take(tmp_path / "shop.backup")

    assert list(tmp_path.iterdir()) == []
