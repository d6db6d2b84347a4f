"""Embedded servers start when nothing is configured and never outlive their users."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.local import ROOT

pytestmark = pytest.mark.processes
PATIENCE_SECONDS = 40
ENTER = """
import json, os, sys, time
from config import local
local.enter()
import psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
    database.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    database.execute("INSERT INTO kept VALUES (1)")
    kept = database.execute("SELECT count(*) FROM kept").fetchone()[0]
keys = ("DATABASE_URL", "REDIS_URL")
print(json.dumps({"kept": kept, **{key: os.environ[key] for key in keys}}), flush=True)
if len(sys.argv) > 1:
    time.sleep(600)
"""


def environment(var, **more):
    inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    return {**inherited, "VAR_DIR": str(var), "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def user():
    """Starts processes that use the servers of a `var`; with an argument one stays."""
    with contextlib.ExitStack() as started:

        def start(var, *arguments, **more):
            process = subprocess.Popen(
                [sys.executable, "-c", ENTER, *arguments],
                cwd=ROOT,
                env=environment(var, **more),
                stdout=subprocess.PIPE,
                text=True,
            )
            started.callback(process.wait)
            started.callback(process.kill)
            return process

        yield start


def said(process):
    return json.loads(process.stdout.readline())


def processes_of(var: Path) -> list[psutil.Process]:
    """Every keeper and server that was started for `var`."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if str(var) in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return found


def until_nothing_is_left(var):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := processes_of(var):
        assert time.monotonic() < deadline, [process.cmdline() for process in left]
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_the_last_user_ends(tmp_path, number, user):
    process = user(tmp_path, "stay")
    said(process)
    assert len(processes_of(tmp_path)) >= 3  # keeper, Postgres, Valkey

    process.send_signal(number)
    process.wait()

    until_nothing_is_left(tmp_path)


def test_nothing_is_left_when_the_keeper_itself_is_killed(tmp_path, user):
    process = user(tmp_path, "stay")
    said(process)
    keeper = json.loads((tmp_path / "servers.json").read_text())["KEEPER_PID"]

    os.kill(int(keeper), signal.SIGKILL)

    until_nothing_is_left(tmp_path)
    process.kill()
    process.wait()
    again = user(tmp_path)
    assert said(again)["kept"] == 2
    again.wait()
    until_nothing_is_left(tmp_path)


def test_data_survives_a_restart_and_users_share_the_servers(tmp_path, user):
    first = user(tmp_path, "stay")
    one = said(first)
    second = user(tmp_path)
    two = said(second)
    second.wait()
    first.terminate()
    first.wait()
    until_nothing_is_left(tmp_path)

    third = user(tmp_path)
    three = said(third)
    third.wait()

    assert (one["kept"], two["kept"], three["kept"]) == (1, 2, 3)
    assert one["DATABASE_URL"] == two["DATABASE_URL"]
    until_nothing_is_left(tmp_path)


def test_two_checkouts_run_side_by_side_and_given_servers_are_used_instead(tmp_path, user):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    other = user(theirs, "stay")
    given = {key: value for key, value in said(other).items() if key != "kept"}
    beside = user(ours, "stay")
    assert said(beside)["DATABASE_URL"] != given["DATABASE_URL"]
    beside.kill()
    beside.wait()
    until_nothing_is_left(ours)

    manage = [sys.executable, "manage.py"]
    more = environment(ours, **given)
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=more, check=True)
    asked = "from shops.models import Shop; Shop.objects.create(name='x', key='x')"
    subprocess.run([*manage, "shell", "-v0", "-c", asked], cwd=ROOT, env=more, check=True)
    doctor = subprocess.run(
        [*manage, "doctor"], cwd=ROOT, env=more, check=True, capture_output=True, text=True
    )

    assert processes_of(ours) == []
    assert given["REDIS_URL"].rpartition(":")[2].split("/")[0] in doctor.stdout
    count = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL'])"
    count += ".execute('SELECT count(*) FROM shops_shop').fetchone()[0])"
    answer = subprocess.run(
        [sys.executable, "-c", count], env=more, check=True, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "1"
    other.kill()
    other.wait()
    until_nothing_is_left(theirs)
