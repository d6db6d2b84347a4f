"""A mail server that pipelines, answers by the name in the address, and keeps what it took."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks._smtp_sink import Session

ANSWERS: dict[str, str | None] = {
    "gone": "550 5.1.1 no such mailbox",
    "full": "552 5.2.2 mailbox full",
    "busy": "451 4.7.1 try again later",
    "closing": "421 4.3.2 shutting down",
    "hangup": None,
}
LATE_ANSWERS: dict[str, str | None] = {
    "spam": "554 5.7.1 looks like spam",
    "grey": "450 4.7.1 come back",
    "silent": None,  # took the mail, and was never heard of again
    "ending": "421 4.3.2 not this one",
}


def _name(address: str) -> str:
    return address.partition("@")[0].partition("-")[0].lower()


class Picky(Session):
    """Keeps the recipients and contents of all sessions of a server."""

    def __init__(self, taken: list[tuple[str, bytes]]) -> None:
        self.taken = taken

    def recipient(self, address: str) -> str | None:
        return ANSWERS.get(_name(address), "250 2.1.5 Ok")

    def mail(self, recipients: list[str], content: bytes) -> str | None:
        answer = LATE_ANSWERS.get(_name(recipients[0]), "250 2.0.0 Ok")
        if answer is None or answer.startswith("250"):
            self.taken += [(each, content) for each in recipients]
        return answer


class Slow(Picky):
    """The same, without PIPELINING."""

    capabilities = ()


@contextmanager
def serving(port: int, kind: type[Picky] = Picky) -> Iterator[list[tuple[str, bytes]]]:
    """The server on a port while the block runs; yields what it took."""
    taken: list[tuple[str, bytes]] = []
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: kind(taken), "127.0.0.1", port, backlog=200)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield taken
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
