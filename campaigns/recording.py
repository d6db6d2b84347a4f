"""What became of handed-over letters, written down in batches."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.timezone import now

from campaigns.channels.base import Outcome
from campaigns.letters import Letter
from customers import consent, touchpoints
from customers.columns import run

Result = TypeVar("Result")
AT_ONCE = 500
AT_LATEST_SECONDS = 0.2
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))

# A row that was called uncertain meanwhile stays so.
SENT = """
UPDATE campaigns_message m SET status = 'sent', reason = '', carrier_id = t.carrier_id,
    sent_at = %s
FROM unnest(%s::bigint[], %s::text[]) AS t (id, carrier_id)
WHERE m.id = t.id AND m.status = 'sending'
"""
# The claim's time: a repeat must give the same moment.
TOLD = """
SELECT m.shop_id, m.customer_id, NULL::bigint, 'message.sent', 'message:' || m.id, m.claimed_at,
    jsonb_build_object('campaign', m.campaign_id, 'channel', m.channel, 'message', m.id), false
FROM campaigns_message m WHERE m.id = ANY(%s)
"""
# What goes back to a campaign that was cancelled meanwhile is refused; the lock lets no cancelling
# pass between.
HELD = """
SELECT id FROM campaigns_campaign WHERE id = ANY(%s) ORDER BY id FOR SHARE
"""
SETTLE = """
UPDATE campaigns_message m SET
    status = CASE WHEN t.status = 'planned' AND g.status = 'cancelled' THEN 'refused'
        ELSE t.status END,
    reason = CASE WHEN t.status = 'planned' AND g.status = 'cancelled' THEN 'campaign cancelled'
        ELSE t.reason END,
    due_at = CASE WHEN t.status = 'planned' THEN t.due_at ELSE m.due_at END,
    handed_over_at = CASE WHEN t.status <> 'planned' THEN m.handed_over_at END,
    attempts = t.attempts
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[])
    AS t (id, status, reason, due_at, attempts), campaigns_campaign g
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

    def add_all(self, status: str, letters: Iterable[Letter], reason: str = "") -> None:
        """The same became of all of these."""
        self.outcomes += [Outcome(letter, status, reason) for letter in letters]

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
    sent = [(each.letter.id, each.carrier_id) for each in outcomes if each.status == "sent"]
    others = [each for each in outcomes if each.status != "sent"]
    with transaction.atomic():
        run(SENT, sent, now())
        if sent:
            touchpoints.record_from(TOLD, [[pk for pk, _ in sent]], kind="message.sent")
        if others:
            _settle(others)


def _settle(outcomes: Sequence[Outcome]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HELD, [sorted({each.letter.campaign_id for each in outcomes})])
    run(SETTLE, [_row(each) for each in outcomes])
    bounced = [each.letter for each in outcomes if each.bounced]
    for letter in bounced:
        consent.suppress(
            letter.shop, channel=letter.channel, address=letter.address, reason="bounced"
        )
    touchpoints.record([_bounce(letter) for letter in bounced])


def _row(outcome: Outcome) -> tuple[int, str, str, datetime, int]:
    """Later means planned again, or given up when every delay has been used; again means that
    nothing was tried."""
    letter, status, reason, due_at = outcome.letter, outcome.status, outcome.reason, now()
    if status == "later" and letter.attempts > len(RETRY_AFTER):
        status, reason = "failed", f"Gave up: {reason}"
    elif status == "later":
        status, due_at = "planned", due_at + RETRY_AFTER[letter.attempts - 1]
    elif status == "again":
        return letter.id, "planned", "", due_at, letter.attempts - 1
    return letter.id, status, reason[:300], due_at, letter.attempts


def _bounce(letter: Letter) -> touchpoints.Row:
    return touchpoints.Row(
        letter.shop.pk,
        letter.customer_id,
        "message.bounced",
        f"message:{letter.id}:bounced",
        letter.claimed_at,
        {"campaign": letter.campaign_id, "channel": letter.channel, "message": letter.id},
    )
