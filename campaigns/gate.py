"""The last word before a message leaves: consent, suppression, holdout, caps, quiet hours.

What passes is marked as handed over, and that mark commits before the carrier is called: what a
crash leaves with it is uncertain, and never sent again by itself.
"""

from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from campaigns import addresses, pacing
from campaigns.entries import LATE_HOURS
from customers import zones

CHECKED = [
    "holdout", "address", "consent", "suppression", "topic", "lateness", "caps", "quiet hours",
]  # fmt: skip
RIVAL_MINUTES = 1
SHOP_ZONE = "(CASE WHEN s.timezone = ANY(%(zones)s) THEN s.timezone ELSE 'UTC' END)"

# The customers are locked with their messages: two workers that each count what one customer got
# would both find room for one more. The judging is a statement of its own, because a lock shows the
# row as it is now, and everything else as it was when the statement began.
CLAIM = """
WITH due AS (
    SELECT m.id, m.customer_id, m.campaign_id FROM campaigns_message m
    JOIN campaigns_campaign g ON g.id = m.campaign_id
    WHERE m.status = 'planned' AND m.due_at <= now() AND g.status = 'running'
    AND NOT (m.channel = 'email' AND m.shop_id IN (
        SELECT shop_id FROM campaigns_mailcarrier WHERE refused_at IS NOT NULL))
    ORDER BY m.due_at LIMIT %(limit)s FOR NO KEY UPDATE OF m SKIP LOCKED
)
SELECT due.id, due.campaign_id FROM due JOIN customers_customer c ON c.id = due.customer_id
FOR NO KEY UPDATE OF c SKIP LOCKED
"""
# The lock makes a pause exact: it waits for claims under way, and the next ones see it. It never
# waits itself: whoever cancels holds the campaign while waiting for its messages.
HELD = """
SELECT id FROM campaigns_campaign WHERE id = ANY(%s) AND status = 'running'
ORDER BY id FOR SHARE SKIP LOCKED
"""

# JUDGE names its tables in the order in which a batch is best joined: trying the others would cost
# as much as judging some fifty messages.
IN_ORDER = "SET LOCAL join_collapse_limit = 1"
# Refused says why. Wait has a time: when the customer's night is over, or soon, when a message of a
# higher priority to the same customer is due and may use the cap up. What passes is "sending".
JUDGE = """
WITH facts AS (
    SELECT m.id, m.shop_id, m.customer_id, m.channel, m.due_at, g.priority, e.held_out,
        {address} AS address,
        coalesce((v.plan->>'late_hours')::float, %(late)s) AS late_hours,
        s.quiet_from, s.quiet_until, z.zone, now() AT TIME ZONE z.zone AS local,
        t.name AS topic, coalesce(w.refused_topics ? t.key, false) AS topic_refused,
        w.most_per_week
    FROM campaigns_message m
    JOIN campaigns_enrolment e ON e.id = m.enrolment_id
    JOIN campaigns_campaign g ON g.id = m.campaign_id
    JOIN customers_customer c ON c.id = m.customer_id
    JOIN shops_shop s ON s.id = m.shop_id
    CROSS JOIN LATERAL (SELECT {zone} AS zone OFFSET 0) z
    LEFT JOIN campaigns_topic t ON t.id = g.topic_id
    LEFT JOIN campaigns_preference w ON w.customer_id = m.customer_id
    LEFT JOIN campaigns_campaignversion v ON v.id = e.version_id
    WHERE m.id = ANY(%(claimed)s)
), caps AS (
    SELECT f.id, c.messages, c.days, c.channel, false AS own FROM facts f
    JOIN campaigns_frequencycap c ON c.shop_id = f.shop_id AND c.channel IN ('', f.channel)
    UNION ALL
    SELECT id, most_per_week, 7, '', true FROM facts WHERE most_per_week IS NOT NULL
), counted AS MATERIALIZED (
    SELECT f.id, k.messages, k.days, k.channel, k.own,
        count(o.id) FILTER (WHERE o.status <> 'planned') AS sent,
        count(o.id) FILTER (WHERE o.status = 'planned') AS ahead,
        jsonb_agg(DISTINCT r.name) FILTER (WHERE o.id IS NOT NULL) AS others
    FROM caps k JOIN facts f ON f.id = k.id
    LEFT JOIN campaigns_message o ON o.customer_id = f.customer_id AND o.id <> f.id
        AND (k.channel = '' OR o.channel = k.channel)
        AND (o.status IN ('sending', 'sent', 'uncertain')
                AND o.claimed_at > now() - k.days * interval '1 day'
            OR o.status = 'planned' AND o.due_at <= now() AND EXISTS (
                SELECT FROM campaigns_campaign h WHERE h.id = o.campaign_id
                AND h.status = 'running' AND (h.priority, f.id) > (f.priority, o.id)))
    LEFT JOIN campaigns_campaign r ON r.id = o.campaign_id
    GROUP BY f.id, k.messages, k.days, k.channel, k.own
), capped AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, sent >= messages AS is_over, jsonb_build_object('messages',
        messages, 'days', days, 'channel', channel, 'own', own, 'sent', sent, 'ahead', ahead,
        'by', others) AS cap
    FROM counted WHERE sent + ahead >= messages ORDER BY id, is_over DESC, days
), night AS MATERIALIZED (
    SELECT id, ((local::date + CASE WHEN quiet_from > quiet_until AND local::time >= quiet_from
        THEN 1 ELSE 0 END) + quiet_until) AT TIME ZONE zone AS over_at
    FROM facts WHERE CASE WHEN quiet_from > quiet_until
        THEN local::time >= quiet_from OR local::time < quiet_until
        ELSE local::time >= quiet_from AND local::time < quiet_until END
), judged AS MATERIALIZED (
    SELECT f.id, CASE
        WHEN f.held_out THEN 'held out'
        WHEN f.address = '' THEN 'no address'
        WHEN NOT EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = f.customer_id
            AND o.channel = f.channel AND o.purpose = 'marketing' AND o.ended_at IS NULL)
            THEN 'no consent'
        WHEN EXISTS (SELECT FROM customers_suppression s WHERE s.shop_id = f.shop_id
            AND s.channel = f.channel AND lower(s.address) = lower(f.address))
            THEN 'suppressed address'
        WHEN f.topic_refused THEN 'topic refused'
        WHEN f.due_at < now() - f.late_hours * interval '1 hour' THEN 'too late'
        WHEN k.is_over AND (k.cap->>'own')::boolean THEN 'the customer asked for fewer'
        WHEN k.is_over THEN 'frequency cap'
        ELSE '' END AS refusal,
        CASE WHEN n.id IS NOT NULL THEN greatest(n.over_at, now() + interval '1 minute')
            WHEN k.id IS NOT NULL THEN now() + %(rival)s * interval '1 minute' END AS wait_until,
        k.cap, n.id IS NOT NULL AS is_night, f.zone, f.topic
    FROM facts f LEFT JOIN capped k ON k.id = f.id LEFT JOIN night n ON n.id = f.id
)
UPDATE campaigns_message m SET
    status = CASE WHEN j.refusal <> '' THEN 'refused' WHEN j.wait_until IS NULL THEN 'sending'
        ELSE 'planned' END,
    reason = j.refusal,
    due_at = CASE WHEN j.refusal = '' THEN coalesce(j.wait_until, m.due_at) ELSE m.due_at END,
    claimed_at = CASE WHEN j.refusal = '' AND j.wait_until IS NOT NULL THEN NULL ELSE now() END,
    handed_over_at = CASE WHEN j.refusal = '' AND j.wait_until IS NULL THEN clock_timestamp() END,
    attempts = m.attempts + (j.refusal <> '' OR j.wait_until IS NULL)::int,
    trail = m.trail || jsonb_strip_nulls(jsonb_build_object('gate', jsonb_build_object(
        'at', now(), 'checked', %(checked)s::jsonb, 'refusal', j.refusal, 'cap', j.cap,
        'topic', j.topic,
        'night_in', CASE WHEN j.is_night THEN j.zone END, 'waits_until', j.wait_until)))
FROM judged j WHERE j.id = m.id
RETURNING m.id, m.status
"""


def claim(*, limit: int) -> tuple[list[int], int]:
    """Take due messages of running campaigns and judge them.

    Returns the ids that may be sent, in order, and how many were taken in all. Must not be called
    inside a transaction: the marks have to be durable when it returns.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"limit": limit})
        rows = cursor.fetchall()
        cursor.execute(HELD, [sorted({campaign for _, campaign in rows})])
        held = {campaign for (campaign,) in cursor.fetchall()}
        claimed = [pk for pk, campaign in rows if campaign in held]
        free = pacing.pace(claimed) if claimed else []
        cursor.execute(IN_ORDER)
        judged = judge(free) if free else []
    return sorted(pk for pk, status in judged if status == "sending"), len(claimed)


def judge(claimed: list[int]) -> list[tuple[int, str]]:
    """Decide on these messages; returns the status that each now has."""
    zone = zones.OF_CUSTOMER.format(zones="%(zones)s", shop=SHOP_ZONE)
    with connection.cursor() as cursor:
        sql = JUDGE.format(zone=zone, address=addresses.of_channel("m.channel"))
        cursor.execute(sql, known(claimed))
        return cursor.fetchall()


def known(claimed: list[int]) -> dict[str, Any]:
    """What JUDGE must be told."""
    return {
        "claimed": claimed,
        "zones": zones.array(),
        "checked": Jsonb(CHECKED),
        "late": LATE_HOURS,
        "rival": RIVAL_MINUTES,
    }
