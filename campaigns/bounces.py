"""Mails that come back: each left with a return address of its own, signed, so that we know which.

Hard ones and complaints bar the address, soft ones are counted. What is read twice counts once.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.timezone import now

from campaigns import dsn
from campaigns.mail_models import MailSettings, Signal
from campaigns.models import Message
from campaigns.notices import SMTP
from customers import consent, touchpoints
from shops.models import Shop

log = logging.getLogger(__name__)
MARK = re.compile(r"\+?\b(\d{1,18})-([0-9a-f]{20})\b", re.IGNORECASE)
PROBE = re.compile(r"\bprobe-(\d{1,18})-([0-9a-f]{20})\b", re.IGNORECASE)
SOFT_LIMIT, SOFT_WINDOW = 5, timedelta(days=30)


def mark(message_id: int, address: str) -> str:
    """Names a message and the address it went to; lower case, as mail servers may make it."""
    return f"{message_id}-{_mac(f'{message_id}/{address.lower()}')}"


def return_path(base: str, name: str) -> str:
    """The address that a mail comes back to: `bounces+<name>@…` for `bounces@…`."""
    local, _at, domain = base.rpartition("@")
    return f"{local}+{name}@{domain}"


def _mac(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), key=_key(), digest_size=10).hexdigest()


def _key() -> bytes:
    return _derived(settings.SECRET_KEY)


@lru_cache(maxsize=10)
def _derived(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), person=b"waymark.verp").digest()


def receive(raw: bytes) -> str:
    """Take in a mail that came back; returns in a word what it was. Safe to repeat."""
    returned = dsn.read(raw)
    if any(_probed(name) for name in returned.names):
        return "probe"
    message = next(iter(messages_of(returned.names).values()), None)
    if message is None:
        log.warning("A mail came back that names no message of ours.")
        return "unknown"
    for report in returned.reports:
        with transaction.atomic():
            settle(message, report)
    return ", ".join(report.kind for report in returned.reports) or "nothing"


def messages_of(texts: Iterable[str]) -> dict[str, Message]:
    """The messages that texts name, where a name is ours and the address is still the same."""
    marks = {text: MARK.findall(text) for text in texts}
    wanted = {int(pk) for found in marks.values() for pk, _mac in found}
    rows = Message.objects.select_related("shop", "customer").in_bulk(wanted)
    return {
        text: row
        for text, found in marks.items()
        for pk, mac in found
        if (row := rows.get(int(pk)))
        and hmac.compare_digest(mark(row.pk, row.customer.email), f"{row.pk}-{mac.lower()}")
    }


def settle(message: Message, report: dsn.Report) -> None:
    """Write down one report. Belongs in a transaction; safe to repeat."""
    known = {"status": dsn.plain(report.status), "words": dsn.plain(report.words)}
    if report.kind == "complained":
        _bar(message, "complained", "complained_at", known)
        consent.withdraw(message.customer, channel=message.channel, how="complaint")
    elif report.kind == "hard":
        _bar(message, "bounced", "bounced_at", known)
    elif report.kind == "soft" and _count(message, report) >= SOFT_LIMIT:
        _bar(message, "bounced", "bounced_at", {**known, "times": SOFT_LIMIT})


def _bar(message: Message, became: str, column: str, known: Mapping[str, object]) -> None:
    to = message.customer
    address = to.phone if message.channel == "sms" else to.email
    consent.suppress(message.shop, channel=message.channel, address=address, reason=became)
    Message.objects.filter(pk=message.pk, **{column: None}).update(**{column: now()})
    said = {"campaign": message.campaign_id, "channel": message.channel, "message": message.pk}
    told = touchpoints.Row(
        message.shop_id,
        message.customer_id,
        f"message.{became}",
        f"message:{message.pk}:{became}",
        message.claimed_at or message.due_at,
        {**said, **known},
    )
    touchpoints.record([told])


def _count(message: Message, report: dsn.Report) -> int:
    """How many messages to this customer came back for the moment, with this one."""
    Signal.objects.get_or_create(
        message=message,
        kind="soft",
        number=0,
        machine=True,
        defaults={
            "shop": message.shop,
            "campaign_id": message.campaign_id,
            "hint": dsn.plain(report.status)[:20],
            "read_on": now().date(),
        },
    )
    recent = Signal.objects.filter(
        message__customer=message.customer_id,
        message__channel=message.channel,
        kind="soft",
        at__gt=now() - SOFT_WINDOW,
    )
    return recent.values("message").distinct().count()


def probe(shop: Shop) -> str:
    """Send a mail to our own return address: when it is read again, the way back is whole.

    Returns the address. Raises OSError and SMTPException.
    """
    said, _new = MailSettings.objects.get_or_create(shop=shop)
    base = said.return_path or settings.BOUNCE_ADDRESS
    to = return_path(base, f"probe-{shop.pk}-{_mac(f'probe/{shop.pk}')}")
    sender = shop.from_email or settings.DEFAULT_FROM_EMAIL
    body = "This mail tests the way that bounces come back by. Nobody needs to read it."
    line = get_connection(SMTP, timeout=30)
    EmailMessage("Test of the bounce path", body, sender, [to], connection=line).send()
    MailSettings.objects.filter(pk=said.pk).update(probe_sent_at=now(), probe_seen_at=None)
    return to


def _probed(name: str) -> bool:
    found = PROBE.search(name)
    if not found or not hmac.compare_digest(_mac(f"probe/{int(found[1])}"), found[2].lower()):
        return False
    MailSettings.objects.filter(shop=int(found[1])).update(probe_seen_at=now())
    return True
