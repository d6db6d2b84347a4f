"""Real mail servers for the campaign tests: the catcher itself, and one that refuses."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from aiosmtpd.controller import Controller
from django.db import connections

from campaigns import catcher


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


class Picky:
    """Answers by the name in the address and keeps the addresses it took a mail for."""

    ANSWERS = {
        "gone": "550 5.1.1 no such mailbox",
        "busy": "451 4.7.1 try again later",
        "closing": "421 4.3.2 shutting down",
    }

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        envelope.rcpt_tos.append(address)
        return self.ANSWERS.get(address.partition("@")[0], "250 OK")

    async def handle_DATA(self, server, session, envelope):
        self.taken += envelope.rcpt_tos
        if envelope.rcpt_tos[0].startswith("silent"):
            server.transport.abort()  # took the mail, and was never heard of again
        return "250 OK"


@pytest.fixture
def picky_server(settings):
    """A mail server that refuses some addresses, and mails go there; yields what it took."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    handler = Picky()
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield handler.taken
    controller.stop()
