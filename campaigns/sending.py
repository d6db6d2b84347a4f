"""Messages leave: claimed and judged, handed over at once, and what became of them recorded.

At most once per ledger row: the mark "handed over" is durable before the carrier is called, and
what a crash leaves in between becomes "uncertain", which nobody sends again by themselves.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from campaigns import channels, gate, letters, recording
from campaigns.channels.base import ChannelError, Sender
from campaigns.letters import Letter
from shops import turns

FIRST, MOST = 100, 500  # messages judged at once
AT_ONCE_SECONDS = 0.25
JUDGED_FOR_SECONDS = 5  # what has not left by then is judged again

LOST = """
UPDATE campaigns_message SET status = 'uncertain',
    reason = 'the sender stopped between hand-over and record'
WHERE status = 'sending' AND claimed_at < %s
"""


class Carriers:
    """Ways to the carriers, opened when the first letter needs them and kept for a whole turn.

    `pace` is how many messages they take in a quarter of a second. No more are judged at once:
    between the judgement and the hand-over nobody can call a message back, and a crash makes so
    many uncertain.
    """

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.senders: dict[tuple[str, str], Sender] = {}
        self.pace = FIRST

    def __enter__(self) -> "Carriers":
        return self

    def __exit__(self, *why: object) -> None:
        self.stack.close()

    def sender(self, channel: str, way: str) -> Sender:
        if (channel, way) not in self.senders:
            opened = self.stack.enter_context(channels.get(channel).open(way))
            self.senders[channel, way] = opened
        return self.senders[channel, way]

    def keep_pace(self, seconds: float) -> None:
        """Take more or fewer after a batch that took so long."""
        quicker = min(2.0, AT_ONCE_SECONDS / max(seconds, 0.001))
        self.pace = max(1, min(MOST, int(self.pace * quicker)))


def send_waiting() -> int:
    """Send until nothing is due or the turn is over; returns how many messages were taken."""
    with Carriers() as carriers:
        return turns.take("message", lambda: send_due(carriers), full=1)


def send_due(carriers: Carriers, *, limit: int = MOST) -> int:
    """Take one batch through the gate and hand over what passed; returns how many were taken."""
    began = time.monotonic()
    # Half the lease: before somebody calls them lost, they are given back while they are ours.
    until = began + settings.SEND_LEASE_SECONDS / 2
    cleared, taken = gate.claim(limit=min(limit, carriers.pace))
    claimed = letters.read(cleared)
    for (channel, way), own in sorted(_by_way(claimed).items()):
        _send(carriers.sender(channel, way), own, recording.Book(until=until), began)
    carriers.keep_pace(time.monotonic() - began)
    return taken


def _by_way(claimed: Sequence[Letter]) -> dict[tuple[str, str], list[Letter]]:
    """Letters by channel and, where shops have carriers of their own, by carrier."""
    shops: dict[str, set[int]] = {}
    for letter in claimed:
        shops.setdefault(letter.channel, set()).add(letter.shop.pk)
    ways = {channel: channels.get(channel).ways(theirs) for channel, theirs in shops.items()}
    found: dict[tuple[str, str], list[Letter]] = {}
    for letter in claimed:
        way = ways[letter.channel].get(letter.shop.pk, "")
        found.setdefault((letter.channel, way), []).append(letter)
    return found


def _send(sender: Sender, claimed: Sequence[Letter], book: recording.Book, began: float) -> None:
    """Hand a channel's letters over; what the carrier did not get goes back."""
    left, until = {letter.id: letter for letter in claimed}, began + JUDGED_FOR_SECONDS
    try:
        for outcome in sender.hand_over(_leaving(claimed, until=min(until, book.until))):
            left.pop(outcome.letter.id)
            book.add(outcome)
    except ChannelError as fault:
        book.add_all("later", left.values(), str(fault))
    else:
        book.add_all("again", left.values())
    finally:
        book.write()


def _leaving(claimed: Sequence[Letter], *, until: float) -> Iterator[Letter]:
    """The letters, for as long as their judgement holds and they are ours."""
    for letter in claimed:
        if time.monotonic() > until:
            return
        yield letter


def sweep() -> int:
    """Settle messages that were in flight for longer than the lease; returns how many."""
    lost = now() - timedelta(seconds=settings.SEND_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(LOST, [lost])
        return cursor.rowcount
