"""The product's real processes on a test's own database."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from config import demo
from config.management.commands import up
from config.processes import Processes

PATIENCE_SECONDS = 120


@contextmanager
def running(
    logs: Path, monkeypatch: pytest.MonkeyPatch, *, broker: int, apart: Collection[str] = ()
) -> Iterator[tuple[str, Processes]]:
    """Web, worker, beat, listener and catcher while the block runs; their address and handles.

    `broker` is a database number of the broker that no other test uses; what stands `apart` is
    left to the test.
    """
    port = up.free_port(0)
    url = f"http://127.0.0.1:{port}"
    lead_to_the_tests(monkeypatch, broker)
    monkeypatch.setenv("PUBLIC_URL", url)
    monkeypatch.setenv("CATCHER_PORT", str(up.free_port(0)))
    commands = {name: each for name, each in up.commands(port).items() if name not in apart}
    processes = Processes(commands, logs)
    processes.start()
    try:
        until(lambda: demo.answers(url))
        yield url, processes
    finally:
        processes.stop()


def lead_to_the_tests(monkeypatch: pytest.MonkeyPatch, broker: int) -> None:
    """Processes started from here on use the test's database, and this number of the broker's."""
    where = "{user}:{password}@{host}:{port}/{dbname}".format(**connection.get_connection_params())
    monkeypatch.setenv("DATABASE_URL", f"postgres://{where}")
    monkeypatch.setenv("REDIS_URL", f"{settings.REDIS_URL.rpartition('/')[0]}/{broker}")


def until(happened: Callable[[], Any]) -> Any:
    """Poll until a truthy value comes and return it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := happened()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return value
