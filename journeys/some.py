"""What is asked of some customers in a period: their stays are read once, whatever is asked.

How they moved, what they spent, and what they met before they left a stage, of the newest moves of
each. One statement, so that a large shop's answer is kept as one (`journeys/kept.py`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from journeys import counting, kept, rates
from journeys.models import Journey
from journeys.whose import CHOSEN, Whose

NEWEST = 2_000  # moves of a stage, of which it is asked what was met
LOOK_BACK = timedelta(days=30)  # before the move: what was met long before it led nowhere
STAYS = f"""
{{chosen}}, stays AS MATERIALIZED (
    SELECT v.journey_id, v.customer_id, v.stage_id, v.left_to_id, v.came_from_id, v.entered_at,
        v.left_at
    FROM journeys_stagevisit v WHERE v.journey_id = %(journey)s
    AND v.entered_at < %(end)s::timestamp AT TIME ZONE %(zone)s
    AND (v.left_at IS NULL OR v.left_at >= %(start)s::timestamp AT TIME ZONE %(zone)s)
    {CHOSEN.format("v")}
), dated AS (
    SELECT v.*, (v.entered_at AT TIME ZONE %(zone)s)::date AS entered_on,
        (v.left_at AT TIME ZONE %(zone)s)::date AS left_on FROM stays v
)
"""
# Who stood where when the period began, who arrived, who moved; as `transitions.SUMS` has it.
MOVES = f"""
SELECT 'moves', NULL::bigint, stage_id, 0, count(*) FILTER (WHERE entered_on < %(start)s),
    count(*) FILTER (WHERE entered_on >= %(start)s AND came_from_id IS NULL),
    coalesce(sum(%(end)s - entered_on) FILTER (
        WHERE entered_on >= %(start)s AND came_from_id IS NULL), 0)::bigint, NULL, NULL
FROM dated GROUP BY 3
UNION ALL
SELECT 'moves', v.stage_id, v.left_to_id, {rates.BAND.format(counting.STAYED)}, 0, count(*),
    sum(%(end)s - v.left_on)::bigint, NULL, NULL
FROM dated v WHERE v.left_on < %(end)s GROUP BY 2, 3, 4
"""
SPENT = f"""
SELECT 'spent', v.stage_id, {counting.LED_TO}, 0, count(*) FILTER (WHERE o.kind = 'sale'),
    sum(o.total_cents)::bigint, 0, NULL, NULL
FROM customers_order o JOIN stays v ON v.customer_id = o.customer_id AND {counting.PLACED_THERE}
WHERE o.shop_id = %(shop)s AND o.kind IN ('sale', 'cancellation') AND o.currency = %(currency)s
AND o.placed_at >= %(start)s::timestamp AT TIME ZONE %(zone)s
AND o.placed_at < %(end)s::timestamp AT TIME ZONE %(zone)s GROUP BY 2, 3
"""
# A message is known by its campaign, everything else by its kind. {stays} is where the newest moves
# of each stage are found. OFFSET keeps the lookups: read as a join, the whole history would be gone
# through.
MET_AT_STAGES = """
SELECT m.stage_id, t.kind, t.campaign, count(*) AS times,
    count(DISTINCT m.customer_id) AS customer_count, max(m.of) AS of
FROM journeys_stage s CROSS JOIN LATERAL (
    SELECT n.*, count(*) OVER () AS of FROM (
        SELECT v.customer_id, v.stage_id, v.left_at,
            greatest(v.entered_at, v.left_at - %(back)s) AS since
        FROM {stays} v WHERE v.journey_id = %(journey)s AND v.stage_id = s.id
        AND v.left_at >= %(start)s::timestamp AT TIME ZONE %(zone)s
        AND v.left_at < %(end)s::timestamp AT TIME ZONE %(zone)s
        ORDER BY v.left_at DESC LIMIT %(newest)s) AS n) AS m
CROSS JOIN LATERAL (
    SELECT t.kind, t.data->>'campaign' AS campaign FROM customers_touchpoint t
    WHERE t.customer_id = m.customer_id AND t.occurred_at >= m.since AND t.occurred_at <= m.left_at
    OFFSET 0) AS t
WHERE s.journey_id = %(journey)s GROUP BY 1, 2, 3
"""
MET = f"""
SELECT 'met', stage_id, NULL::bigint, 0, times, customer_count, of, kind, campaign
FROM ({MET_AT_STAGES.format(stays="stays")}) AS m
"""
ALL = " UNION ALL ".join((MOVES, SPENT, MET))
MetRow = tuple[str, str | None, int, int, int]  # kind, campaign, times, customers, of so many moves


@dataclass(frozen=True)
class Some:
    """What was read: rows as those of `transitions.SUMS` and SPENT; by stage what was met."""

    moves: list[list[Any]]
    spent: list[list[Any]]
    met: dict[int, list[MetRow]]


def read(journey: Journey, start: date, end: date, whose: Whose) -> Some:
    """All of it, in a large shop at most an hour old."""
    rows = kept.rows(journey, *_asked(journey, start, end, whose))
    found = Some([], [], defaultdict(list))
    for part, stage, target, *figures, kind, campaign in rows:
        if part == "moves":
            found.moves.append([stage, target, *figures])
        elif part == "spent":
            found.spent.append([stage, target, *figures[1:3]])
        else:
            found.met[stage].append((kind, campaign, *figures[1:]))
    return found


def is_at_hand(journey: Journey, start: date, end: date, whose: Whose) -> bool:
    """Whether the answer comes at once: of a small shop, or asked for within the hour."""
    return kept.is_at_hand(journey, *_asked(journey, start, end, whose))


def _asked(journey: Journey, start: date, end: date, whose: Whose) -> tuple[str, dict[str, Any]]:
    values = counting.asked(journey, start) | whose.params
    values |= {"start": start, "end": end, "newest": NEWEST, "back": LOOK_BACK}
    return STAYS.format(chosen=whose.chosen) + ALL, values
