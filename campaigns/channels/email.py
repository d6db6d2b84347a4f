"""E-mail by SMTP, pre-assembled and on pipelined connections; or by a shop's mail service."""

import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings

from campaigns import mime
from campaigns.carrier_models import MailCarrier
from campaigns.channels.base import Channel, Sender
from campaigns.channels.esp import EspSender
from campaigns.letters import Letter
from campaigns.smtp_line import Mail
from campaigns.smtp_pool import SmtpPool

TIMEOUT_SECONDS = 30


class Email(Channel):
    """Plain SMTP to EMAIL_URL, or to the embedded catcher; a way is the mail service of a shop."""

    def ways(self, shops: Collection[int]) -> dict[int, str]:
        rows = MailCarrier.objects.filter(shop__in=shops).values_list("shop", "pk")
        return {shop: str(pk) for shop, pk in rows}

    @contextmanager
    def open(self, way: str = "") -> Iterator[Sender]:
        if way:
            yield EspSender(int(way))
            return
        pool = SmtpPool(connect, mail_of, settings.SMTP_CONNECTIONS)
        try:
            yield pool
        finally:
            pool.close()


def connect() -> smtplib.SMTP:
    """A connection to EMAIL_URL that was greeted and signed in. Raises SMTPException, OSError."""
    where = settings.EMAIL_HOST, settings.EMAIL_PORT
    if getattr(settings, "EMAIL_USE_SSL", False):
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=TIMEOUT_SECONDS, context=trusted()
        )
    else:
        connection = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    if getattr(settings, "EMAIL_USE_TLS", False):
        connection.starttls(context=trusted())
    if settings.EMAIL_HOST_USER:
        connection.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    connection.ehlo_or_helo_if_needed()
    return connection


@cache
def trusted() -> ssl.SSLContext:
    """Which certificates are believed; smtplib's own would take any, and reading them costs."""
    return ssl.create_default_context()


def mail_of(letter: Letter) -> Mail:
    """The letter as it goes over the wire. Raises AddressError and RenderingError."""
    envelope = mime.returns_to(letter).encode(), mime.address(letter.email).encode()
    return Mail(letter, envelope, mime.compose(letter), mime.message_id(letter))
