"""E-mail by SMTP, one connection a batch."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.timezone import now

from campaigns.channels.base import Channel, ChannelError, Sender
from campaigns.models import Message
from campaigns.rendering import Rendered

TIMEOUT_SECONDS = 30


class Email(Channel):
    """Plain SMTP to EMAIL_URL, or to the embedded catcher."""

    @contextmanager
    def open(self) -> Iterator[Sender]:
        try:
            connection = _connect()
        except (smtplib.SMTPException, OSError) as fault:
            raise ChannelError(f"The mail server does not answer: {fault}") from fault
        try:
            yield SmtpSender(connection)
        finally:
            with suppress(smtplib.SMTPException, OSError):  # everything is handed over by now
                connection.quit()
            connection.close()


def _connect() -> smtplib.SMTP:
    where = settings.EMAIL_HOST, settings.EMAIL_PORT
    trusted = ssl.create_default_context()  # smtplib's own would take any certificate
    if getattr(settings, "EMAIL_USE_SSL", False):
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=TIMEOUT_SECONDS, context=trusted
        )
    else:
        connection = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    if getattr(settings, "EMAIL_USE_TLS", False):
        connection.starttls(context=trusted)
    if settings.EMAIL_HOST_USER:
        connection.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    return connection


class SmtpSender(Sender):
    """Hands mails over one after the other."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.connection = connection

    def send(self, message: Message, rendered: Rendered, unsubscribe_url: str) -> str:
        try:
            mail = compose(message, rendered, unsubscribe_url)
        except ValueError as fault:
            raise ChannelError(f"The address cannot be used: {fault}", permanent=True) from fault
        if self.connection.sock is None:  # a 421 to the mail before; this one was not handed over
            raise ChannelError("The mail server has closed the line.")
        try:
            self.connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as fault:
            code, words = next(iter(fault.recipients.values()))
            final = code >= 500
            raise ChannelError(_said(code, words), permanent=final, bounced=final) from fault
        except smtplib.SMTPResponseException as fault:
            raise ChannelError(
                _said(fault.smtp_code, fault.smtp_error), permanent=fault.smtp_code >= 500
            ) from fault
        except smtplib.SMTPNotSupportedError as fault:  # an address beyond ASCII
            raise ChannelError(f"The mail server cannot: {fault}", permanent=True) from fault
        except (smtplib.SMTPException, OSError) as fault:
            # The line broke: the server may have taken the mail before it went silent.
            raise ChannelError(f"The line to the mail server broke: {fault}", uncertain=True) from (
                fault
            )
        return str(mail["Message-ID"])


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"The mail server answered {code} {text}"[:300]


def compose(message: Message, rendered: Rendered, unsubscribe_url: str) -> EmailMessage:
    """The MIME message. Raises ValueError for an address that is none."""
    sender = message.shop.from_email or settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"] = Address(message.shop.name, addr_spec=sender)
    mail["To"] = Address(addr_spec=message.customer.email)
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(now())
    # The same for every attempt: a server or a reader can tell a repeat from a second mail.
    mail["Message-ID"] = f"<message-{message.pk}@{domain}>"
    mail["X-Waymark-Message"] = str(message.pk)
    mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail
