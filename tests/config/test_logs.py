"""Log lines: readable by machines, with the request's number, without anybody's data."""

import json
import logging
import os
import subprocess
import sys

import pytest
import structlog

from config import logs


@pytest.fixture
def written():
    """What a line looks like when it is written as JSON."""
    made = logs.formatter("json")
    writer = made.pop("()")(**made)

    def write(message, *args, error=None):
        info = (type(error), error, None) if error else None
        record = logging.LogRecord("shops", logging.ERROR, "x.py", 1, message, args, info)
        return json.loads(writer.format(record))

    return write


def test_a_line_bears_what_was_bound_to_it(written):
    with structlog.contextvars.bound_contextvars(request_id="abc", customer=7):
        line = written("%s rows refused", 3)

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "3 rows refused",
        "level": "error",
        "logger": "shops",
        "request_id": "abc",
        "customer": 7,
    }


@pytest.mark.parametrize(
    "said",
    [
        "mail to ann.lee+news@mail.example.co.uk bounced",
        "Key (shop_id, email)=(1, ann.lee@example.com) already exists.",
        "<ann.lee@example.com>: call +49 (30) 1234-5678",
        "{'to': 'ann.lee@example.com'}",
    ],
)
def test_addresses_and_telephone_numbers_are_hidden(written, said):
    for line in (written(said), written("%s", said), written("no", error=ValueError(said))):
        assert "ann.lee" not in json.dumps(line)
        assert "1234" not in json.dumps(line)
        assert logs.HIDDEN in json.dumps(line, ensure_ascii=False)


def test_numbers_and_times_are_left(written):
    said = "order 10023 of 2026-11-28 12:30:00+00:00, message 1234567890123, 1.5 s at 10.0.0.1:8000"

    assert written(said)["event"] == said


CODE = """
import logging, django
django.setup()
from config.celery import app
@app.task(name="rooms.tasks.say")
def say():
    logging.getLogger("rooms").warning("done for ann@example.com")
say.apply(task_id="one")
"""


def test_a_task_says_which_it_is():
    told = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "LOG_FORMAT": "json", "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        check=True,
    )

    line = json.loads(told.stderr.splitlines()[-1])
    assert line["event"] == f"done for {logs.HIDDEN}"
    assert (line["task"], line["task_id"]) == ("rooms.tasks.say", "one")


def test_the_server_writes_no_line_for_each_call():
    """It would hold the caller's address, and the keys in links that were mailed."""
    assert not logging.getLogger("uvicorn.access").isEnabledFor(logging.INFO)
