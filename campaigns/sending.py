"""Messages leave: claimed and judged first, handed over one by one, recorded a few at a time.

At most once per ledger row: the mark "sending" is durable before the carrier is called, and what a
crash leaves in between becomes "uncertain", which nobody sends again by themselves.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from campaigns import channels, gate, rendering, unsubscribing
from campaigns.channels.base import ChannelError, Sender
from campaigns.models import Message
from campaigns.rendering import RenderingError
from customers import consent, touchpoints
from customers.columns import run
from shops import turns

BATCH = 200
RECORD_AT_ONCE = 20  # a crash makes at most so many uncertain; one commit each would halve the pace
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))
Sent = tuple[Message, str, datetime]
SENT = """
UPDATE campaigns_message m SET status = 'sent', reason = '', carrier_id = t.carrier_id,
    sent_at = t.sent_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS t (id, carrier_id, sent_at)
WHERE m.id = t.id AND m.status = 'sending'
"""


def send_waiting() -> int:
    """Send until nothing is due or the turn is over; returns how many messages were taken."""
    return turns.take("message", send_due, full=BATCH)


def send_due(*, limit: int = BATCH) -> int:
    """Take one batch through the gate and hand over what passed; returns how many were taken."""
    lease_ends = time.monotonic() + settings.SEND_LEASE_SECONDS / 2
    cleared, taken = gate.claim(limit=limit)
    messages = list(
        Message.objects.filter(pk__in=cleared)
        .select_related("shop", "template", "customer__profile")
        .order_by("channel", "pk")
    )
    for channel in sorted({message.channel for message in messages}):
        _send(channel, iter([m for m in messages if m.channel == channel]), lease_ends)
    return taken


def _send(channel: str, messages: Iterator[Message], lease_ends: float) -> None:
    """Hand a channel's messages over; a line that cannot be opened puts them all back."""
    sent: list[Sent] = []
    try:
        with channels.get(channel).open() as sender:
            for message in messages:
                if time.monotonic() > lease_ends:
                    # Somebody may soon call these uncertain; give them back while they are ours.
                    _put_back(message, "the sender ran out of time")
                elif not _hand_over(sender, message, sent):
                    break  # the line is broken; the rest tries a new one
                if len(sent) >= RECORD_AT_ONCE:
                    _record_sent(sent)
    except ChannelError as fault:
        for message in messages:
            _put_back(message, str(fault))
    finally:
        _record_sent(sent)
    for message in messages:
        _put_back(message, "the line to the carrier broke")


def _hand_over(sender: Sender, message: Message, sent: list[Sent]) -> bool:
    """Hand one message over and record what became of it; False when the line is broken."""
    url = unsubscribing.url(message)
    try:
        rendered = rendering.render(message.template, rendering.context_for(message, url))
        carrier_id = sender.send(message, rendered, url)
    except RenderingError as fault:
        _record(message, status="failed", reason=str(fault)[:300])
    except ChannelError as fault:
        if fault.uncertain:
            _record(message, status="uncertain", reason=str(fault)[:300])
            return False
        if fault.permanent:
            _record_failure(message, fault)
        else:
            _put_back(message, str(fault))
    else:
        sent.append((message, carrier_id, now()))
    return True


def _record_sent(sent: list[Sent]) -> None:
    """Write down what was handed over, and empty the list. A message called uncertain stays so."""
    if sent:
        rows = [(message.pk, carrier_id, at) for message, carrier_id, at in sent]
        with transaction.atomic():
            run(SENT, rows)
            touchpoints.record([_touchpoint(message) for message, _, _ in sent])
        sent.clear()


def _record(message: Message, **fields: object) -> None:
    # Only while it is ours: once it was called uncertain, that stands.
    Message.objects.filter(pk=message.pk, status="sending").update(**fields)


def _record_failure(message: Message, fault: ChannelError) -> None:
    """The carrier will never take it; an address that it refuses is not written to again."""
    with transaction.atomic():
        _record(message, status="failed", reason=str(fault)[:300])
        if fault.bounced:
            address = message.customer.email
            consent.suppress(
                message.shop, channel=message.channel, address=address, reason="bounced"
            )
            touchpoints.record([_touchpoint(message, "bounced")])


def _put_back(message: Message, reason: str) -> None:
    """Try again later, or give up when every delay has been used."""
    if message.attempts > len(RETRY_AFTER):
        _record(message, status="failed", reason=f"Gave up: {reason}"[:300])
    else:
        due_at = now() + RETRY_AFTER[message.attempts - 1]
        _record(message, status="planned", reason=reason[:300], due_at=due_at)


def _touchpoint(message: Message, became: str = "sent") -> touchpoints.Row:
    # The claim's time: a repeat of this call must give the same moment.
    return touchpoints.Row(
        message.shop_id,
        message.customer_id,
        f"message.{became}",
        f"message:{message.pk}" if became == "sent" else f"message:{message.pk}:{became}",
        message.claimed_at or message.due_at,
        {"campaign": message.campaign_id, "channel": message.channel, "message": message.pk},
    )


def sweep() -> int:
    """Call messages uncertain that were in flight for longer than the lease; returns how many."""
    lost = now() - timedelta(seconds=settings.SEND_LEASE_SECONDS)
    in_flight = Message.objects.filter(claimed_at__lt=lost, status="sending")
    return in_flight.update(
        status="uncertain", reason="the sender stopped between hand-over and record"
    )
