"""One SMTP connection on which the commands of a mail go out at once (RFC 2920, PIPELINING).

A mail's content, its end, and the next mail's MAIL, RCPT and DATA are one write, and their answers
one read: one round trip a mail. Where the server cannot do that, one command waits for the other.
"""

import re
import smtplib
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from campaigns.channels.base import Outcome
from campaigns.letters import Letter

READ_BYTES = 65_536
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
# Said of an address by the server that knows it: there is no such mailbox (RFC 3463).
NO_SUCH_STATUS = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
ANY_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
NO_SUCH_WORDS = re.compile(r"unknown|no such|not exist|not found|no mailbox", re.IGNORECASE)


class LineLost(Exception):
    """The connection broke, or the server talks nonsense on it."""


@dataclass(slots=True, eq=False)
class Mail:
    """A letter as it goes over the wire. `ends_at` is where on the line its end stands."""

    letter: Letter
    envelope: tuple[bytes, bytes]
    content: bytes
    carrier_id: str
    refusal: Outcome | None = None
    ends_at: int = -1
    tries: int = 0


class Line:
    """A connection that was greeted and signed in, and is asked without waiting from here on."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.connection = connection  # kept alive: it owns the socket
        self.sock: socket.socket = connection.sock  # type: ignore[assignment]
        self.sock.settimeout(0)
        self.pipelines = connection.has_extn("pipelining")
        self.writes_utf8 = connection.has_extn("smtputf8")
        self.unsaid: deque[tuple[str, Mail, bytes]] = deque()
        self.unanswered: deque[tuple[str, Mail]] = deque()
        self.out, self.heard = bytearray(), b""
        self.queued = self.said = 0  # bytes ever put into `out`, and taken from it by the kernel
        self.needs_reset = self.is_closing = False
        self.coming: Mail | None = None  # its commands are out, its content is not

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self.unanswered and not self.unsaid

    @property
    def is_free(self) -> bool:
        """Whether another mail may be begun."""
        return self.coming is None and not self.is_closing and (self.pipelines or self.is_idle)

    def begin(self, mail: Mail) -> None:
        """Say the commands of a mail, as far as they may go out now."""
        extra = b"" if b"".join(mail.envelope).isascii() else b" SMTPUTF8"
        if self.needs_reset:
            self.unsaid.append(("RSET", mail, b"RSET\r\n"))
            self.needs_reset = False
        sender, recipient = mail.envelope
        self.unsaid.append(("MAIL", mail, b"MAIL FROM:<%s>%s\r\n" % (sender, extra)))
        self.unsaid.append(("RCPT", mail, b"RCPT TO:<%s>\r\n" % recipient))
        self.unsaid.append(("DATA", mail, b"DATA\r\n"))
        self.coming, mail.refusal, mail.ends_at = mail, None, -1
        self._speak()

    def _speak(self) -> None:
        while self.unsaid and (self.pipelines or not self.unanswered):
            kind, mail, words = self.unsaid.popleft()
            self.out += words
            self.queued += len(words)
            self.unanswered.append((kind, mail))
            if kind == "END":
                mail.ends_at = self.queued

    def write(self) -> None:
        """Give the kernel what it takes. Raises OSError when the line is broken."""
        with suppress(*NOT_NOW):
            while self.out:
                taken = self.sock.send(self.out)
                self.said += taken
                del self.out[:taken]

    def read(self) -> Iterator[Outcome]:
        """Take in answers; the outcomes they settle. Raises OSError and LineLost."""
        while True:
            try:
                received = self.sock.recv(READ_BYTES)
            except NOT_NOW:
                return
            if not received:
                raise LineLost("the server hung up")
            *lines, self.heard = (self.heard + received).split(b"\n")
            for line in lines:
                if line[3:4] != b"-":  # more of the same answer follows
                    yield from self._answered(line.decode(errors="replace").strip())
            if len(received) < READ_BYTES and not self._has_more():
                return

    def _has_more(self) -> bool:
        return bool(getattr(self.sock, "pending", int)())  # bytes that TLS has already read

    def _answered(self, answer: str) -> Iterator[Outcome]:
        if not answer[:3].isdigit():
            raise LineLost(f"the server said {answer[:80]!r}")
        code = int(answer[:3])
        self.is_closing |= code == 421
        if not self.unanswered:
            return  # a 421 out of the blue; the end of the line follows
        kind, mail = self.unanswered.popleft()
        if kind == "END":
            yield self._settled(mail, code, answer)
        elif kind == "DATA":
            self.coming = None
            yield from self._may_go(mail, code, answer)
        elif kind in {"MAIL", "RCPT"} and code >= 300 and mail.refusal is None:
            mail.refusal = refused(mail, kind, code, answer)
        self._speak()

    def _settled(self, mail: Mail, code: int, answer: str) -> Outcome:
        if 200 <= code < 300:
            return Outcome(mail.letter, "sent", carrier_id=mail.carrier_id)
        return refused(mail, "END", code, answer)

    def _may_go(self, mail: Mail, code: int, answer: str) -> Iterator[Outcome]:
        """The server waits for the content, or has refused the mail."""
        if code == 354 and mail.refusal is None:
            self.unsaid.append(("END", mail, mail.content + b".\r\n"))
            return
        if code == 354:  # it would take a mail for nobody: let it be an empty one (RFC 2920, 3.1)
            self.unsaid.append(("NOTHING", mail, b".\r\n"))
        self.needs_reset = True
        yield mail.refusal or refused(mail, "DATA", code, answer)

    def lost(self, why: str) -> tuple[list[Outcome], list[Mail]]:
        """What a broken line leaves: outcomes, and mails that the server cannot have taken.

        A server acts on a mail only when it has its end: what the kernel has not been given is not
        with the server.
        """
        ended = [mail for kind, mail in self.unanswered if kind == "END"]
        kept = [mail for kind, mail, _ in self.unsaid if kind == "END"]
        again = kept + [mail for mail in ended if mail.ends_at > self.said]
        if self.coming:
            again.append(self.coming)
        reason = f"The line broke after the mail was handed over: {why}"
        taken = [mail for mail in ended if mail.ends_at <= self.said]
        return [Outcome(mail.letter, "uncertain", reason) for mail in taken], again


def refused(mail: Mail, kind: str, code: int, answer: str) -> Outcome:
    """The outcome of a refusal: for good (5xx) or for now, of the mailbox or of the mail."""
    reason = f"The mail server answered {answer}"[:300]
    if not 500 <= code < 600:
        return Outcome(mail.letter, "later", reason)
    return Outcome(mail.letter, "failed", reason, bounced=kind == "RCPT" and _is_gone(answer))


def _is_gone(answer: str) -> bool:
    """Whether the server knows that there is no such mailbox; a full or wary one still exists."""
    if ANY_STATUS.search(answer):
        return bool(NO_SUCH_STATUS.search(answer))
    return bool(NO_SUCH_WORDS.search(answer))
