"""What a campaign did, cut in several ways: by step, variant, segment and day; and what is written
to a file. Buyers and revenue are those of the goal window after entering, net of cancellations.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns import arms
from campaigns.arms import BROUGHT, FIGURES, Arm, Arms
from campaigns.models import Campaign
from customers import zones

DAYS = 60  # in the series
SEGMENTS = 20

# The way they took first, where they entered more than once.
VARIANTS = f"""
{BROUGHT} SELECT v.key, v.value, {FIGURES} FROM brought CROSS JOIN LATERAL (
    SELECT DISTINCT ON (v.key) v.key, v.value FROM campaigns_enrolment e
    CROSS JOIN LATERAL jsonb_each_text(e.variants) AS v
    WHERE e.campaign_id = %(campaign)s AND e.customer_id = brought.customer_id
    ORDER BY v.key, e.entered_at) AS v
WHERE NOT held_out GROUP BY v.key, v.value ORDER BY v.key, v.value
"""
# By the segments that they are in today: which of them the campaign moves.
SEGMENTED = f"""
{BROUGHT} SELECT s.name, brought.held_out, {FIGURES} FROM brought
JOIN segments_membership m ON m.customer_id = brought.customer_id AND m.left_at IS NULL
JOIN segments_segment s ON s.id = m.segment_id
GROUP BY s.id, s.name, brought.held_out
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
# In the shop's days; each source is read once.
BY_DAY = f"""
{BROUGHT}, told AS (
    SELECT entered_at AS at, 1 AS entered, 0 AS sent, 0 AS orders, 0 AS cents
    FROM campaigns_enrolment WHERE campaign_id = %(campaign)s
    UNION ALL SELECT sent_at, 0, 1, 0, 0 FROM campaigns_message
    WHERE campaign_id = %(campaign)s AND status = 'sent'
    UNION ALL SELECT o.placed_at, 0, 0, (o.kind = 'sale')::int,
        CASE WHEN o.currency = %(currency)s THEN o.total_cents ELSE 0 END
    FROM brought p JOIN customers_order o ON o.customer_id = p.customer_id
        AND o.kind IN ('sale', 'cancellation') AND o.placed_at > p.entered_at
        AND o.placed_at <= p.entered_at + %(window)s
    WHERE NOT p.held_out AND p.orders > 0
)
SELECT day::date, coalesce(sum(entered), 0), coalesce(sum(sent), 0), coalesce(sum(orders), 0),
    coalesce(sum(cents), 0)::bigint
FROM generate_series(greatest((%(launched)s::timestamptz AT TIME ZONE %(zone)s)::date,
    (now() AT TIME ZONE %(zone)s)::date - %(days)s),
    (now() AT TIME ZONE %(zone)s)::date, '1 day') AS day
LEFT JOIN told ON (told.at AT TIME ZONE %(zone)s)::date = day
GROUP BY day ORDER BY day
"""
KINDS = ("message.unsubscribed", "message.complained", "message.bounced")


@dataclass(frozen=True)
class Results:
    """The figures of a campaign's report."""

    arms: Arms
    steps: list[tuple[Any, ...]]  # step, template, planned, sent, opened, clicked
    variants: list[tuple[str, str, Arm]]  # split, name
    segments: list[tuple[str, Arm, Arm]]  # name, written to, held out
    answers: dict[str, int]
    days: list[tuple[Any, ...]]  # day, entered, sent, orders, cents


def of(campaign: Campaign) -> Results:
    """All figures of the report."""
    known: dict[str, Any] = {
        **arms.known(campaign),
        "days": DAYS,
        "launched": campaign.launched_at,
        "zone": zones.of_shop(campaign.shop),
        "answers": list(KINDS),
    }
    with connection.cursor() as cursor:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement, known)
            return cursor.fetchall()

        return Results(
            arms=arms.of(campaign),
            steps=rows(STEPS),
            variants=[(split, name, Arm(*figures)) for split, name, *figures in rows(VARIANTS)],
            segments=_segments(rows(SEGMENTED)),
            answers=dict(rows(ANSWERS)),
            days=rows(BY_DAY) if campaign.launched_at else [],
        )


def _segments(rows: list[tuple[Any, ...]]) -> list[tuple[str, Arm, Arm]]:
    found: dict[str, dict[bool, Arm]] = {}
    for name, held_out, *figures in rows:
        found.setdefault(name, {})[held_out] = Arm(*figures)
    sides = [(name, s.get(False, Arm()), s.get(True, Arm())) for name, s in found.items()]
    return sorted(sides, key=lambda side: (-side[1].customer_count, side[0]))[:SEGMENTS]
