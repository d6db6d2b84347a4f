"""The mailbox that bounces come back to, read by IMAP a few at a time."""

import imaplib
import ssl
from urllib.parse import unquote, urlsplit

from django.conf import settings

from campaigns import bounces
from campaigns.dsn import MOST_BYTES

MOST = 200
TIMEOUT_SECONDS = 30


def read() -> int:
    """Take in what has not been seen; returns how many mails that were. Nothing when none is set.

    A mail is marked as seen after it was taken in: a crash in between takes it in twice, which is
    harmless. Raises OSError and IMAP4.error.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    where = urlsplit(settings.BOUNCE_MAILBOX)
    box = _open(where.scheme, where.hostname or "", where.port)
    try:
        box.login(unquote(where.username or ""), unquote(where.password or ""))
        box.select(f'"{unquote(where.path.lstrip("/")) or "INBOX"}"')
        _ok, found = box.uid("SEARCH", "UNSEEN")
        new = found[0].split()[:MOST] if found and found[0] else []
        for uid in new:
            _take(box, uid.decode())
        return len(new)
    finally:
        box.shutdown()


def _open(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    if scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port or 993, ssl_context=context, timeout=TIMEOUT_SECONDS)
    return imaplib.IMAP4(host, port or 143, timeout=TIMEOUT_SECONDS)


def _take(box: imaplib.IMAP4, uid: str) -> None:
    _ok, parts = box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
    for part in parts:
        if isinstance(part, tuple):
            bounces.receive(part[1])
    box.uid("STORE", uid, "+FLAGS", "(\\Seen)")
