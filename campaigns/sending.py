"""Messages leave: claimed and judged first, looked at again, handed over, and recorded.

At most once per ledger row: the mark "handed over" is durable before the carrier is called, and
what a crash leaves in between becomes "uncertain", which nobody sends again by themselves.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from campaigns import channels, gate, last_look, letters, recording
from campaigns.channels.base import ChannelError, Sender
from campaigns.letters import Letter
from shops import turns

BATCH = 500
AT_ONCE = 100  # letters between two looks; a crash makes at most so many uncertain

LOST = """
UPDATE campaigns_message m SET
    status = CASE WHEN handed_over_at IS NOT NULL THEN 'uncertain' WHEN g.status = 'cancelled'
        THEN 'refused' ELSE 'planned' END,
    reason = CASE WHEN handed_over_at IS NULL AND g.status = 'cancelled' THEN 'campaign cancelled'
        WHEN handed_over_at IS NULL THEN 'the sender stopped before hand-over'
        ELSE 'the sender stopped between hand-over and record' END
FROM (SELECT id, status FROM campaigns_campaign WHERE id IN (
    SELECT campaign_id FROM campaigns_message WHERE status = 'sending' AND claimed_at < %(lost)s)
    ORDER BY id FOR SHARE) g
WHERE m.status = 'sending' AND m.claimed_at < %(lost)s AND g.id = m.campaign_id
"""


class Carriers:
    """Ways to the carriers, opened when the first letter needs them and kept for a whole turn."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.senders: dict[str, Sender] = {}

    def __enter__(self) -> "Carriers":
        return self

    def __exit__(self, *why: object) -> None:
        self.stack.close()

    def sender(self, channel: str) -> Sender:
        if channel not in self.senders:
            self.senders[channel] = self.stack.enter_context(channels.get(channel).open())
        return self.senders[channel]


def send_waiting() -> int:
    """Send until nothing is due or the turn is over; returns how many messages were taken."""
    with Carriers() as carriers:
        return turns.take("message", lambda: send_due(carriers), full=BATCH)


def send_due(carriers: Carriers, *, limit: int = BATCH) -> int:
    """Take one batch through the gate and hand over what passed; returns how many were taken."""
    # Half the lease: before somebody calls them lost, they are given back while they are ours.
    until = time.monotonic() + settings.SEND_LEASE_SECONDS / 2
    cleared, taken = gate.claim(limit=limit)
    claimed = letters.read(cleared)
    for channel in sorted({letter.channel for letter in claimed}):
        own = [letter for letter in claimed if letter.channel == channel]
        _send(carriers.sender(channel), own, until=until)
    return taken


def _send(sender: Sender, claimed: Sequence[Letter], *, until: float) -> None:
    """Hand a channel's letters over; what the carrier did not get goes back."""
    book, reason = recording.Book(until=until), "the line to the carrier broke"
    left = {letter.id: letter for letter in claimed}
    try:
        for outcome in sender.hand_over(_leaving(claimed, left, until=until)):
            left.pop(outcome.letter.id)
            book.add(outcome)
    except ChannelError as fault:
        reason = str(fault)
    finally:
        book.write()
    if time.monotonic() > until:
        reason = "the sender ran out of time"
    recording.give_back(list(left.values()), reason)


def _leaving(
    claimed: Sequence[Letter], left: dict[int, Letter], *, until: float
) -> Iterator[Letter]:
    """Letters a group at a time, as long as they are ours and nobody has stopped them."""
    for start in range(0, len(claimed), AT_ONCE):
        if time.monotonic() > until:
            return
        group = claimed[start : start + AT_ONCE]
        # Had the look committed and the answer been lost, a second one lets none of them leave.
        leaving = recording.patiently(partial(last_look.may_leave, group), until=until)
        for stopped in {each.id for each in group} - {each.id for each in leaving}:
            left.pop(stopped)
        yield from leaving


def sweep() -> int:
    """Settle messages that were in flight for longer than the lease; returns how many."""
    lost = now() - timedelta(seconds=settings.SEND_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"lost": lost})
        return cursor.rowcount
