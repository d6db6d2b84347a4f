"""Several SMTP connections at once: each takes the next mail as soon as it is free."""

import selectors
import smtplib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from campaigns.channels.base import ChannelError, Outcome, Sender
from campaigns.letters import Letter
from campaigns.mime import AddressError
from campaigns.rendering import RenderingError
from campaigns.smtp_line import Line, LineLost, Mail

TIMEOUT_SECONDS = 60
QUIT_SECONDS = 2
MAILS_PER_LINE = 4  # a few mails are not worth another connection
TRIES = 2  # a mail on whose commands lines break is left for later
BREAKS = 3  # lines in a row that brought no answer: the server is not well
TROUBLE = (OSError, LineLost)


class SmtpPool(Sender):
    """Hands mails over on up to `most` connections, which are opened as they are needed."""

    def __init__(
        self, connect: Callable[[], smtplib.SMTP], compose: Callable[[Letter], Mail], most: int
    ) -> None:
        self.connect, self.compose, self.most = connect, compose, most
        self.selector = selectors.DefaultSelector()
        self.lines: dict[Line, float] = {}  # and when each was last heard of
        self.again: deque[Mail] = deque()
        self.begun = self.broken = 0

    def hand_over(self, letters: Iterator[Letter]) -> Iterator[Outcome]:
        self.begun = self.broken = 0
        self._drop_stale()
        try:
            while (yield from self._begin(letters)) or self._is_busy():
                yield from self._listen()
        finally:
            self.again.clear()
            for line in [line for line in self.lines if not line.is_idle]:
                self._drop(line)

    def close(self) -> None:
        """Take leave of the server; what is under way has come to its end by now."""
        for line in list(self.lines):
            with suppress(*TROUBLE):
                line.sock.settimeout(QUIT_SECONDS)
                line.sock.sendall(b"QUIT\r\n")
        for line in list(self.lines):
            with suppress(*TROUBLE):
                while line.sock.recv(1000):
                    pass
            self._drop(line)
        self.selector.close()

    def _is_busy(self) -> bool:
        return bool(self.again) or any(not line.is_idle for line in self.lines)

    def _begin(self, letters: Iterator[Letter]) -> Generator[Outcome, None, bool]:
        """Give every free line its next mail; False when there is none left."""
        while self._has_room():
            mail = yield from self._next(letters)
            if mail is None:
                return False
            yield from self._begin_on(self._line(), mail)
        return True

    def _has_room(self) -> bool:
        return any(line.is_free for line in self.lines) or self._may_open()

    def _may_open(self) -> bool:
        return len(self.lines) < self.most and self.begun >= MAILS_PER_LINE * len(self.lines)

    def _next(self, letters: Iterator[Letter]) -> Generator[Outcome, None, Mail | None]:
        """The next mail; letters that make none have failed."""
        if self.again:
            return self.again.popleft()
        for letter in letters:
            try:
                return self.compose(letter)
            except (RenderingError, AddressError) as fault:
                yield Outcome(letter, "failed", str(fault))
        return None

    def _line(self) -> Line | None:
        """A free line, opened where none is; None when the server wants no more of them."""
        free = next((line for line in self.lines if line.is_free), None)
        return free or self._open()

    def _open(self) -> Line | None:
        try:
            line = Line(self.connect())
        except (smtplib.SMTPException, OSError) as fault:
            self.most = len(self.lines)  # what it gives is enough
            if not self.lines:
                self.most = 1
                raise ChannelError(f"The mail server does not answer: {fault}") from fault
            return None
        self.selector.register(line.sock, selectors.EVENT_READ, line)
        self.lines[line] = time.monotonic()
        return line

    def _begin_on(self, line: Line | None, mail: Mail) -> Iterator[Outcome]:
        if line is None:
            self.again.appendleft(mail)
        elif not line.writes_utf8 and not b"".join(mail.envelope).isascii():
            yield Outcome(mail.letter, "failed", "The mail server takes ASCII addresses only.")
        else:
            self.begun += 1
            self.lines[line] = time.monotonic()
            line.begin(mail)

    def _listen(self) -> Iterator[Outcome]:
        """Write what waits, and wait for answers."""
        for line in list(self.lines):
            yield from self._carefully(line, self._write(line))
        for key, _ in self.selector.select(timeout=1):
            self.lines[key.data] = time.monotonic()
            yield from self._carefully(key.data, self._read(key.data))
        silent = time.monotonic() - TIMEOUT_SECONDS
        for line in [line for line, heard in self.lines.items() if heard < silent]:
            if not line.is_idle:
                yield from self._lost(line, f"no answer for {TIMEOUT_SECONDS} seconds")

    def _read(self, line: Line) -> Iterator[Outcome]:
        for outcome in line.read():
            self.broken = 0
            yield outcome
        if line.is_closing and line.is_idle:
            self._drop(line)

    def _write(self, line: Line) -> Iterator[Outcome]:
        if line.out:
            line.write()
            waits = selectors.EVENT_WRITE if line.out else 0
            if self.selector.get_key(line.sock).events != waits | selectors.EVENT_READ:
                self.selector.modify(line.sock, waits | selectors.EVENT_READ, line)
        yield from ()

    def _carefully(self, line: Line, work: Iterator[Outcome]) -> Iterator[Outcome]:
        try:
            yield from work
        except TROUBLE as fault:
            yield from self._lost(line, str(fault))

    def _lost(self, line: Line, why: str) -> Iterator[Outcome]:
        """Settle what was under way on a line that broke; the next mails take another one."""
        self._drop(line)
        self.broken += 1
        outcomes, again = line.lost(why)
        yield from outcomes
        for mail in again:
            mail.tries += 1
            if mail.tries < TRIES:
                self.again.append(mail)
            else:
                yield mail.refusal or Outcome(mail.letter, "later", f"The line broke: {why}")
        if not self.lines and self.broken > BREAKS:
            raise ChannelError(f"The mail server breaks the line again and again: {why}")

    def _drop_stale(self) -> None:
        """Let go of lines that the server has closed since the last batch."""
        for line in list(self.lines):
            try:
                list(line.read())
            except TROUBLE:
                line.is_closing = True
            if line.is_closing:
                self._drop(line)

    def _drop(self, line: Line) -> None:
        if self.lines.pop(line, None):
            self.selector.unregister(line.sock)
            line.sock.close()
