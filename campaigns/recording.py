"""What became of handed-over letters, written down in batches."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.timezone import now

from campaigns.channels.base import Outcome
from campaigns.letters import Letter
from customers import consent, touchpoints
from customers.columns import run

Result = TypeVar("Result")
AT_ONCE = 200
AT_LATEST_SECONDS = 0.2
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))

# A row that was called uncertain meanwhile stays so. What goes back to a campaign that was
# cancelled meanwhile is refused; the lock lets no cancelling pass between.
HELD = """
SELECT id FROM campaigns_campaign WHERE id = ANY(%s) ORDER BY id FOR SHARE
"""
SETTLE = """
UPDATE campaigns_message m SET
    status = CASE WHEN t.status = 'planned' AND g.status = 'cancelled' THEN 'refused'
        ELSE t.status END,
    reason = CASE WHEN t.status = 'planned' AND g.status = 'cancelled' THEN 'campaign cancelled'
        ELSE t.reason END,
    carrier_id = t.carrier_id,
    sent_at = CASE WHEN t.status = 'sent' THEN t.at END,
    due_at = CASE WHEN t.status = 'planned' THEN t.at ELSE m.due_at END,
    handed_over_at = CASE WHEN t.status <> 'planned' THEN m.handed_over_at END
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
    AS t (id, status, reason, carrier_id, at),
    campaigns_campaign g
WHERE m.id = t.id AND m.status = 'sending' AND g.id = m.campaign_id
"""


class Book:
    """Collects outcomes and writes them down a batch at a time, and at the latest after a moment.

    The database may be away for a while: what is known is kept until it is back, or `until`
    (seconds of the monotonic clock) has passed.
    """

    def __init__(self, *, until: float) -> None:
        self.until = until
        self.outcomes: list[Outcome] = []
        self.since = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        if not self.outcomes:
            self.since = time.monotonic()
        self.outcomes.append(outcome)
        waited = time.monotonic() - self.since
        if len(self.outcomes) >= AT_ONCE or waited > AT_LATEST_SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what has been collected. Safe to repeat."""
        if self.outcomes:
            patiently(lambda: settle(self.outcomes), until=self.until)
            self.outcomes = []


def patiently(work: Callable[[], Result], *, until: float) -> Result:
    """Do it again while the database is away; raises the last error when time is up."""
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.5)


def settle(outcomes: Sequence[Outcome]) -> None:
    """Write down what became of letters, tell it to the histories, and bar dead addresses."""
    bounced = [each.letter for each in outcomes if each.bounced]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(HELD, [sorted({each.letter.campaign_id for each in outcomes})])
        run(SETTLE, [_row(each) for each in outcomes])
        for letter in bounced:
            consent.suppress(
                letter.shop, channel=letter.channel, address=letter.address, reason="bounced"
            )
        told = [_touchpoint(each.letter, "sent") for each in outcomes if each.status == "sent"]
        touchpoints.record(told + [_touchpoint(letter, "bounced") for letter in bounced])


def give_back(letters: Sequence[Letter], reason: str) -> None:
    """Try letters again later that were not handed over."""
    if letters:
        settle([Outcome(letter, "later", reason) for letter in letters])


def _row(outcome: Outcome) -> tuple[int, str, str, str, datetime]:
    """Later means planned again, or given up when every delay has been used."""
    letter, status, reason, at = outcome.letter, outcome.status, outcome.reason, outcome.at
    if status == "later" and letter.attempts > len(RETRY_AFTER):
        status, reason = "failed", f"Gave up: {reason}"
    elif status == "later":
        status, at = "planned", now() + RETRY_AFTER[letter.attempts - 1]
    return letter.id, status, reason[:300], outcome.carrier_id, at


def _touchpoint(letter: Letter, became: str) -> touchpoints.Row:
    # The claim's time: a repeat of this call must give the same moment.
    return touchpoints.Row(
        letter.shop.pk,
        letter.customer_id,
        f"message.{became}",
        f"message:{letter.id}" if became == "sent" else f"message:{letter.id}:{became}",
        letter.claimed_at,
        {"campaign": letter.campaign_id, "channel": letter.channel, "message": letter.id},
    )
