"""What a campaign did, cut in several ways: by step, variant, segment and day; and what is written
to a file. Buyers and revenue are those of the goal window after entering, net of cancellations.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from campaigns.report import GOAL_DAYS

DAYS = 60  # in the series
SEGMENTS = 20

# One row a customer: the first time they entered, and what they brought in the window after it.
PEOPLE = """
people AS (
    SELECT e.customer_id, e.held_out, min(e.entered_at) AS entered_at,
        jsonb_object_agg(coalesce(v.key, ''), v.value) AS variants
    FROM campaigns_enrolment e LEFT JOIN LATERAL jsonb_each_text(e.variants) AS v ON true
    WHERE e.campaign_id = %(campaign)s GROUP BY e.customer_id, e.held_out
), brought AS (
    SELECT p.*, b.buys, b.cents FROM people p CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE o.kind = 'sale') AS buys,
            coalesce(sum(o.total_cents), 0) AS cents
        FROM customers_order o WHERE o.customer_id = p.customer_id
        AND o.kind IN ('sale', 'cancellation') AND o.placed_at > p.entered_at
        AND o.placed_at <= p.entered_at + %(window)s) AS b
)
"""
OF_ARM = """count(*) AS customers, count(*) FILTER (WHERE buys > 0) AS buyers,
    coalesce(sum(buys), 0)::bigint AS orders, coalesce(sum(cents), 0)::bigint AS cents"""
ARMS = f"WITH {PEOPLE} SELECT held_out, {OF_ARM} FROM brought GROUP BY held_out"
VARIANTS = f"""
WITH {PEOPLE} SELECT v.key, v.value, {OF_ARM} FROM brought
CROSS JOIN LATERAL jsonb_each_text(variants) AS v
WHERE v.key <> '' AND NOT held_out GROUP BY v.key, v.value ORDER BY v.key, v.value
"""
# By the segments that they are in today: which of them the campaign moves.
SEGMENTED = f"""
WITH {PEOPLE} SELECT s.name, s.kind, brought.held_out, {OF_ARM} FROM brought
JOIN segments_membership m ON m.customer_id = brought.customer_id AND m.left_at IS NULL
JOIN segments_segment s ON s.id = m.segment_id
GROUP BY s.id, s.name, s.kind, brought.held_out
"""
STEPS = """
SELECT m.step, t.name, count(*) AS planned, count(*) FILTER (WHERE m.status = 'sent') AS sent,
    count(m.opened_at) AS opened, count(m.clicked_at) AS clicked
FROM campaigns_message m JOIN campaigns_template t ON t.id = m.template_id
WHERE m.campaign_id = %(campaign)s GROUP BY m.step, t.id, t.name ORDER BY min(m.id)
"""
# What people said to its messages, found in their own histories.
ANSWERS = """
SELECT t.kind, count(DISTINCT m.id) FROM campaigns_message m
JOIN customers_touchpoint t ON t.customer_id = m.customer_id AND t.kind = ANY(%(answers)s)
    AND t.occurred_at >= m.claimed_at AND t.data->>'message' = m.id::text
WHERE m.campaign_id = %(campaign)s AND m.status IN ('sent', 'failed') GROUP BY t.kind
"""
BY_DAY = """
SELECT day::date,
    (SELECT count(*) FROM campaigns_enrolment e WHERE e.campaign_id = %(campaign)s
        AND e.entered_at >= day AND e.entered_at < day + interval '1 day') AS entered,
    (SELECT count(*) FROM campaigns_message m WHERE m.campaign_id = %(campaign)s
        AND m.status = 'sent' AND m.sent_at >= day AND m.sent_at < day + interval '1 day') AS sent,
    coalesce(bought.orders, 0), coalesce(bought.cents, 0)::bigint
FROM generate_series(greatest(date_trunc('day', %(launched)s::timestamptz),
    date_trunc('day', now()) - %(days)s), now(), '1 day') AS day
LEFT JOIN (SELECT date_trunc('day', o.placed_at) AS day, count(*) AS orders,
        sum(o.total_cents) AS cents
    FROM (SELECT customer_id, min(entered_at) AS entered_at FROM campaigns_enrolment
        WHERE campaign_id = %(campaign)s AND NOT held_out GROUP BY customer_id) AS e
    JOIN customers_order o ON o.customer_id = e.customer_id AND o.kind = 'sale'
        AND o.placed_at > e.entered_at AND o.placed_at <= e.entered_at + %(window)s
    GROUP BY 1) AS bought USING (day)
ORDER BY day
"""
KINDS = ("message.unsubscribed", "message.complained", "message.bounced")


@dataclass(frozen=True)
class Side:
    """A group of customers and what they brought in the goal window."""

    customers: int = 0
    buyers: int = 0
    orders: int = 0
    cents: int = 0

    @property
    def buyer_fraction(self) -> float | None:
        return self.buyers / self.customers if self.customers else None

    @property
    def cents_each(self) -> float | None:
        return self.cents / self.customers if self.customers else None


@dataclass(frozen=True)
class Results:
    """The figures of a campaign's report."""

    treated: Side
    held_out: Side
    steps: list[tuple[Any, ...]]  # step, template, planned, sent, opened, clicked
    variants: list[tuple[str, str, Side]]  # split, name
    segments: list[tuple[str, Side, Side]]  # name, written to, held out
    answers: dict[str, int]
    days: list[tuple[Any, ...]]  # day, entered, sent, orders, cents


def of(campaign: Campaign) -> Results:
    """All figures of the report."""
    known: dict[str, Any] = {
        "campaign": campaign.pk,
        "window": timedelta(days=GOAL_DAYS),
        "days": timedelta(days=DAYS),
        "launched": campaign.launched_at,
        "answers": list(KINDS),
    }
    with connection.cursor() as cursor:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement, known)
            return cursor.fetchall()

        arms = {held_out: Side(*figures) for held_out, *figures in rows(ARMS)}
        return Results(
            treated=arms.get(False, Side()),
            held_out=arms.get(True, Side()),
            steps=rows(STEPS),
            variants=[(split, name, Side(*figures)) for split, name, *figures in rows(VARIANTS)],
            segments=_segments(rows(SEGMENTED)),
            answers=dict(rows(ANSWERS)),
            days=rows(BY_DAY) if campaign.launched_at else [],
        )


def _segments(rows: list[tuple[Any, ...]]) -> list[tuple[str, Side, Side]]:
    found: dict[str, dict[bool, Side]] = {}
    for name, _kind, held_out, *figures in rows:
        found.setdefault(name, {})[held_out] = Side(*figures)
    sides = [(name, s.get(False, Side()), s.get(True, Side())) for name, s in found.items()]
    return sorted(sides, key=lambda side: (-side[1].customers, side[0]))[:SEGMENTS]
