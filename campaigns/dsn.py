"""What a mail that came back says: delivery reports (RFC 3464), complaints (RFC 5965), others.

Pure: reads bytes, knows nobody. What it says is somebody else's word and is cut to length.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

MOST_BYTES = 500_000
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Of 5.x.x these speak of the address; the others of the mail, the policy, or a full mailbox.
NO_SUCH = re.compile(r"5\.(1\.(0|1|2|3|6|10)|2\.1|4\.4)$")
NO_SUCH_WORDS = re.compile(
    r"user unknown|unknown user|no such|not exist|not found|no mailbox|unrouteable|disabled|"
    r"unknown recipient|invalid recipient",
    re.IGNORECASE,
)
HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Return-Path")
OURS = "X-Waymark-Message"


@dataclass(frozen=True)
class Report:
    """One thing that is said of a mail of ours: `kind` is hard, soft, delayed or complained."""

    kind: str
    status: str = ""
    words: str = ""


@dataclass(frozen=True)
class Returned:
    """A mail as read: what it says, and the texts in which it may name the mail it is about."""

    reports: tuple[Report, ...]
    names: tuple[str, ...]


def read(raw: bytes) -> Returned:
    """What the mail says. Never fails: what cannot be understood says nothing."""
    try:
        return _read(raw[:MOST_BYTES])
    except RecursionError:  # thousands of parts inside one another: nobody's mail server does that
        return Returned((), ())


def plain(text: str) -> str:
    """The text as the database takes it: without NUL, and without halves of characters."""
    return text.replace("\x00", " ").encode(errors="replace").decode()


def _read(raw: bytes) -> Returned:
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    names = [str(value) for name in HEADERS for value in mail.get_all(name, [])]
    names += _names_inside(mail)
    return Returned(tuple(_reports(mail)), tuple(name[:2000] for name in names))


def _names_inside(mail: Message) -> list[str]:
    """The original's own headers, where the report brings them along."""
    names = []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            original = part.get_payload()[0]  # type: ignore[index]
            names += [str(original.get(name, "")) for name in (OURS, "Return-Path")]  # type: ignore[union-attr]
        elif kind == "text/rfc822-headers":
            original = email.message_from_string(_text(part))
            names += [str(original.get(name, "")) for name in (OURS, "Return-Path")]
    return [name for name in names if name]


def _reports(mail: Message) -> Iterator[Report]:
    found = False
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            found = True
            said = email.message_from_string(_text(part))
            if str(said.get("Feedback-Type", "")).strip().lower() in {"abuse", "fraud", "virus"}:
                yield Report("complained", words=str(said.get("User-Agent", ""))[:200])
        elif part.get_content_type() == "message/delivery-status":
            found = True
            yield from _delivery(part)
    if not found and not _is_reply(mail):
        yield from _guessed(mail)


def _delivery(part: Message) -> Iterator[Report]:
    """One report a recipient; the first block is about the server, not about anybody."""
    blocks = part.get_payload()
    for block in blocks[1:] if isinstance(blocks, list) else []:
        action = str(block.get("Action", "")).strip().lower()  # type: ignore[union-attr]
        status = str(block.get("Status", "")).strip()[:20]  # type: ignore[union-attr]
        words = " ".join(str(block.get("Diagnostic-Code", "")).split())[:300]  # type: ignore[union-attr]
        if action == "delayed":
            yield Report("delayed", status, words)
        elif action == "failed":
            yield Report(_kind(status, words), status, words)


def _kind(status: str, words: str) -> str:
    if NO_SUCH.match(status):
        return "hard"
    # Some servers give a general status and say in words, or in the code before them, what it is.
    inner = STATUS.search(words)
    if inner and NO_SUCH.match(inner[0]):
        return "hard"
    vague = status in {"", "5.0.0"}
    return "hard" if vague and NO_SUCH_WORDS.search(words) else "soft"


def _guessed(mail: Message) -> Iterator[Report]:
    """A mail from a server that writes no reports; its words are all there is."""
    words = " ".join(_text(part) for part in mail.walk() if part.get_content_type() == "text/plain")
    status = STATUS.search(words)
    if status and status[1] == "5":
        yield Report(_kind(status[0], words[:5000]), status[0], " ".join(words.split())[:300])
    elif status is None and NO_SUCH_WORDS.search(words[:5000]):
        yield Report("soft", "", " ".join(words.split())[:300])


def _is_reply(mail: Message) -> bool:
    """Somebody is on holiday, or answered by hand."""
    said = str(mail.get("Auto-Submitted", "")).lower()
    return said.startswith("auto-replied") or bool(
        mail.get("X-Autoreply") or mail.get("In-Reply-To")
    )


def _text(part: Message) -> str:
    if isinstance(part.get_payload(), list):  # a parser took it for a mail within the mail
        return "\n".join(str(each) for each in part.get_payload())
    body = part.get_payload(decode=True)
    return body.decode(errors="replace")[:20_000] if isinstance(body, bytes) else ""
