"""The embedded mail catcher: takes every mail and keeps it where the admin shows it."""

import asyncio
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from campaigns.models import CaughtMail

MAX_BYTES = 20_000_000
HEADERS = BytesHeaderParser(policy=default)  # the body is kept as it came


class Handler:
    """Answers 250 only after the mail is stored."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        try:
            await asyncio.to_thread(store, envelope.content, envelope.rcpt_tos)
        except DatabaseError as fault:
            return f"451 The mail could not be kept, try again: {type(fault).__name__}"
        return "250 Caught"


def store(raw: bytes, recipients: list[str]) -> None:
    """Keep a mail, one row a recipient."""
    close_old_connections()
    mail = HEADERS.parsebytes(raw)
    CaughtMail.objects.bulk_create(
        CaughtMail(
            message_id=_header(mail, "Message-ID")[:200],
            recipient=recipient[:254],
            subject=_header(mail, "Subject")[:300],
            raw=raw,
        )
        for recipient in recipients
    )


def forget_old(now: datetime) -> None:
    """Forget caught mails after the server's term; without one they stay."""
    if settings.CAUGHT_RETENTION_DAYS:
        oldest = now - timedelta(days=settings.CAUGHT_RETENTION_DAYS)
        CaughtMail.objects.filter(caught_at__lt=oldest).delete()


def catch(channel: str, recipient: str, subject: str, text: str) -> None:
    """Keep a message of another channel that would have gone to a carrier."""
    mail = EmailMessage()
    mail["Subject"] = f"{channel}: {' '.join(subject.split())}"
    mail["To"] = channel
    mail.set_content(text)
    CaughtMail.objects.create(
        recipient=recipient[:254], subject=str(mail["Subject"])[:300], raw=mail.as_bytes()
    )


def _header(mail: Message, name: str) -> str:
    # An encoded header may hold a NUL, which Postgres does not take.
    return str(mail[name] or "").replace("\x00", "")


async def serve(port: int) -> None:
    """Catch mails on this port of this machine until cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(make_protocol, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def make_protocol() -> SMTP:
    """One SMTP conversation."""
    return SMTP(Handler(), data_size_limit=MAX_BYTES, enable_SMTPUTF8=True)
