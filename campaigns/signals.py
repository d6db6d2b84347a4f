"""Opens and clicks become history, once it shows whether a person or a machine made them.

A machine says so itself, or comes within two seconds of the mail, or follows several links of one
mail within a second. The same link counts once a day for people, and once for machines.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from campaigns.models import Message
from customers import touchpoints
from shops import turns

BATCH = 500  # messages
SETTLED_SECONDS = 3  # a burst is seen whole
SOON_SECONDS = 2
BURST_SECONDS = 1
ONE_AT_A_TIME = "hashtext('campaigns.signals'), 0"

WAITING = """
SELECT DISTINCT message_id FROM (SELECT message_id FROM campaigns_signal
    WHERE read_on IS NULL AND at < clock_timestamp() - %s * interval '1 second'
    ORDER BY at LIMIT %s) AS oldest
"""
# Signals younger than that are looked at, to see a burst whole, and read the next time.
JUDGE = """
WITH judged AS (
    SELECT s.id, s.message_id, s.kind, s.number, s.target, s.at,
        (s.at AT TIME ZONE 'UTC')::date AS today,
        CASE WHEN s.hint <> '' THEN s.hint
            WHEN s.at < m.handed_over_at + %(soon)s * interval '1 second' THEN 'too soon'
            WHEN s.kind = 'clicked' AND EXISTS (SELECT FROM campaigns_signal o
                WHERE o.message_id = s.message_id AND o.kind = 'clicked' AND o.number <> s.number
                AND o.at BETWEEN s.at - %(burst)s * interval '1 second'
                    AND s.at + %(burst)s * interval '1 second') THEN 'many links'
            ELSE '' END AS hint
    FROM campaigns_signal s JOIN campaigns_message m ON m.id = s.message_id
    WHERE s.message_id = ANY(%(messages)s) AND s.read_on IS NULL
    AND s.at < clock_timestamp() - %(settled)s * interval '1 second'
), first AS (
    SELECT DISTINCT ON (message_id, kind, number, hint <> '', today) *
    FROM judged j WHERE NOT EXISTS (SELECT FROM campaigns_signal r WHERE r.message_id = j.message_id
        AND r.kind = j.kind AND r.number = j.number AND r.machine = (j.hint <> '')
        AND r.read_on = j.today)
    ORDER BY message_id, kind, number, hint <> '', today, at, id
), gone AS (
    DELETE FROM campaigns_signal s USING judged j
    WHERE s.id = j.id AND NOT EXISTS (SELECT FROM first f WHERE f.id = s.id)
)
UPDATE campaigns_signal s SET read_on = f.today, hint = f.hint, machine = f.hint <> '', target = ''
FROM first f, campaigns_message m
WHERE s.id = f.id AND m.id = f.message_id
RETURNING s.shop_id, m.customer_id, s.message_id, s.campaign_id, m.channel, m.template_id, s.kind,
    s.number, f.target, s.at, s.read_on, s.hint
"""
# The ledger knows when a person first did it.
MARK = """
UPDATE campaigns_message m SET opened_at = coalesce(m.opened_at, s.opened_at),
    clicked_at = coalesce(m.clicked_at, s.clicked_at)
FROM (SELECT message_id, min(at) FILTER (WHERE kind = 'opened') AS opened_at,
    min(at) FILTER (WHERE kind = 'clicked') AS clicked_at
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS t (message_id, kind, at)
    GROUP BY message_id) s
WHERE m.id = s.message_id
"""


def read_waiting() -> int:
    """Read until nothing is settled or the turn is over; returns how many messages were read."""
    return turns.take("signal", read, full=BATCH)


def read() -> int:
    """Read what has settled of a batch of messages, in one transaction; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({ONE_AT_A_TIME})")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(WAITING, [SETTLED_SECONDS, BATCH])
        messages = sorted(pk for (pk,) in cursor.fetchall())
        if not messages:
            return 0
        # In the order of ids, as everybody who changes the ledger takes them.
        list(Message.objects.filter(pk__in=messages).order_by("pk").select_for_update()
             .values_list("pk"))  # fmt: skip
        cursor.execute(JUDGE, {"messages": messages, "soon": SOON_SECONDS,
            "burst": BURST_SECONDS, "settled": SETTLED_SECONDS})  # fmt: skip
        told = cursor.fetchall()
        people = [(row[2], row[6], row[9]) for row in told if not row[11]]
        if people:
            cursor.execute(MARK, list(map(list, zip(*people, strict=True))))
        touchpoints.record([_touchpoint(*row) for row in told])
    return len(messages)


def _touchpoint(
    shop_id: int, customer_id: int, message_id: int, campaign_id: int, channel: str,
    template_id: int, kind: str, number: int, target: str, at: datetime, on: Any, hint: str,
) -> touchpoints.Row:  # fmt: skip
    data = {
        "message": message_id,
        "campaign": campaign_id,
        "channel": channel,
        "template": template_id,
        "machine": bool(hint),
    }
    if kind == "clicked":
        data |= {"link": number, "url": target}
    if hint:
        data["why"] = hint
    source = f"message:{message_id}:{kind}:{number}:{on:%Y%m%d}{':machine' if hint else ''}"
    return touchpoints.Row(shop_id, customer_id, f"message.{kind}", source, at, data)
