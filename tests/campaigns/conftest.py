"""Real mail servers for the campaign tests: the catcher itself, and one that refuses."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections

from campaigns import catcher
from tests.campaigns import sink


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens on port {port}")


@pytest.fixture
def mail_catcher(settings, transactional_db):
    """The catcher on a free port, and mails go there; yields the port."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    loop, pool = asyncio.new_event_loop(), ThreadPoolExecutor(max_workers=1)
    loop.set_default_executor(pool)
    serving = loop.create_task(catcher.serve(settings.EMAIL_PORT))

    def run():
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(serving)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(settings.EMAIL_PORT)
    yield settings.EMAIL_PORT
    loop.call_soon_threadsafe(serving.cancel)
    thread.join(10)
    pool.submit(connections.close_all).result(10)
    pool.shutdown()
    loop.close()


@pytest.fixture(params=[sink.Picky, sink.Slow], ids=["pipelining", "one by one"])
def picky_server(settings, request):
    """A mail server that refuses some addresses, and mails go there; yields what it took.

    Twice: once it takes the commands of a mail at once, once it does not.
    """
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with sink.serving(settings.EMAIL_PORT, request.param) as taken:
        yield taken
