"""A mail as it goes over the wire, assembled from parts that were encoded beforehand.

The bodies are quoted-printable whose lines never begin with a full stop: nothing is left for SMTP
to double. Building the same with `email.message` costs about twenty times as much.
"""

import base64
import re
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from functools import lru_cache

from django.conf import settings

from campaigns import bounces, dkim, rendering
from campaigns.letters import Letter
from campaigns.models import Template
from shops.models import Shop

BOUNDARY = b"=_waymark"  # cannot stand in quoted-printable, where = is followed by hex digits
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
)
ONE_LINE = re.compile(r"[ -~]{0,66}")
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
WORD_BYTES = 42  # of text in one encoded word, which is 75 characters at most (RFC 2047)
PART = (
    b"--" + BOUNDARY + b"\r\nContent-Type: text/%s; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
TEXT, HTML, END = PART % b"plain", b"\r\n" + PART % b"html", b"\r\n--" + BOUNDARY + b"--\r\n"
FIXED = (
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="' + BOUNDARY + b'"\r\n\r\n'
)


class AddressError(ValueError):
    """An address that no mail can be sent to."""


def sender_of(letter: Letter) -> str:
    """The address that the letter is from."""
    return sender(letter.template, letter.shop)


def sender(template: Template, shop: Shop) -> str:
    """The address that a shop writes from; a template may have its own name at that domain."""
    address = shop.from_email or settings.DEFAULT_FROM_EMAIL
    local = template.from_local
    return f"{local}@{address.rpartition('@')[2]}" if local else address


def returns_to(letter: Letter) -> str:
    """The envelope's sender: an address of this message's own, where bounces can be read."""
    if not letter.return_path:
        return sender_of(letter)
    return bounces.return_path(letter.return_path, bounces.mark(letter.id, letter.email))


def message_id(letter: Letter) -> str:
    """The same for every attempt: a server or a reader can tell a repeat from a second mail."""
    return f"<message-{letter.id}@{sender_of(letter).rpartition('@')[2]}>"


def compose(letter: Letter) -> bytes:
    """The whole mail. Raises AddressError and RenderingError."""
    subject, text, html = rendering.render_encoded(letter.template, letter.context, letter.wanted)
    head = (
        f"To: {address(letter.email)}\r\n"
        f"Subject: {words(subject)}\r\n"
        f"Date: {_date(int(time.time()))}\r\n"
        f"Message-ID: {message_id(letter)}\r\n"
        f"X-Waymark-Message: {bounces.mark(letter.id, letter.email)}\r\n"
        f"List-Unsubscribe: <{letter.unsubscribe_url}>\r\n"
    ).encode()
    template = letter.template
    sender = _from(template.from_name or letter.shop.name, sender_of(letter), template.reply_to)
    mail = b"".join([sender, head, FIXED, TEXT, *text, HTML, *html, END])
    selector, key = letter.dkim
    if not key:
        return mail
    domain = sender_of(letter).rpartition("@")[2]
    return dkim.signed(mail, domain=domain, selector=selector, key=key)


def address(given: str) -> str:
    """The address as it may stand in an envelope or a header. Raises AddressError.

    A domain in letters of any script becomes its ASCII form.
    """
    if ADDRESS.fullmatch(given) and len(given) <= LONGEST_ADDRESS:
        return given
    try:
        local, _, domain = Address(addr_spec=given).addr_spec.rpartition("@")
        plain = f"{local}@{domain.encode('idna').decode()}"
    except (ValueError, IndexError) as fault:
        raise AddressError(f"The address cannot be used: {fault}") from fault
    if len(plain) > LONGEST_ADDRESS or not plain.isprintable() or " " in plain:
        raise AddressError("The address cannot be used: it is too long or has blanks in it.")
    return plain


def words(text: str) -> str:
    """A header's text, in encoded words (RFC 2047) where it has to be; never a bare line break."""
    if ONE_LINE.fullmatch(text) and "=?" not in text:
        return text
    pieces, piece = [], b""
    for character in text:
        one = character.encode(errors="replace")
        if len(piece) + len(one) > WORD_BYTES:
            pieces.append(piece)
            piece = b""
        piece += one
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(p).decode()}?=" for p in [*pieces, piece])


@lru_cache(maxsize=1000)
def _from(name: str, sender: str, reply_to: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(rendering.LINE_BREAKS.sub(" ", name), addr_spec=sender)
    if reply_to:
        mail["Reply-To"] = Address(addr_spec=reply_to)
    return mail.as_bytes().rstrip(b"\r\n") + b"\r\n"


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second)
