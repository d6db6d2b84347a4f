"""A database of an earlier release is brought to this one with all that is in it."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from tests import releases
from tests.config.test_backup import empty, url

__all__ = ["empty"]

SUMS = """
SELECT (SELECT jsonb_object_agg(status, n) FROM
    (SELECT status, count(*) AS n FROM campaigns_message GROUP BY 1) AS m),
    (SELECT count(*) FROM customers_customer), (SELECT count(*) FROM customers_touchpoint),
    (SELECT sum(total_cents) FROM customers_order), (SELECT count(*) FROM shops_auditentry)
"""
WORK = "from tests.releases import upgraded; upgraded.main()"
FILES = sorted(releases.FOLDER.glob("*.backup"))


def run(database, *command):
    told = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url(database), "SECRET_KEY": releases.SECRET_KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def sums(database):
    with psycopg.connect(url(database)) as line:
        return line.execute(SUMS).fetchone()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shop_goes_on_after_the_upgrade(file, empty):
    assert "cannot be read" not in run(empty, "manage.py", "restore", str(file))
    before = sums(empty)
    assert "Applying" in run(empty, "manage.py", "migrate")
    assert sums(empty) == before

    seen = json.loads(run(empty, "manage.py", "shell", "-c", WORK).splitlines()[-1])
    assert seen["waiting"] == ["processed", "Ann"]
    assert set(seen["lists"].values()) == {200}
    run(empty, "manage.py", "verify_audit")
    assert sums(empty)[0] == before[0]


def test_there_is_something_to_upgrade():
    assert FILES
