"""What a replay showed: who would have entered, what they would have got, what stood in the way."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.arms import GOAL_DAYS
from campaigns.replay_scene import Scene
from insights.lift import Sums, weeks_left

SHOWN = 100  # people, as examples
HOPED_FOR = 0.25  # a quarter more buyers: what a good campaign brings

BY_DAY = """
SELECT day::date::text, count(e.id) FILTER (WHERE NOT held_out), count(e.id) FILTER (WHERE held_out)
FROM generate_series(%(start)s::timestamptz, now(), '1 day') AS day
LEFT JOIN campaigns_enrolment e ON e.campaign_id = %(campaign)s
    AND e.entered_at >= day AND e.entered_at < day + interval '1 day'
GROUP BY day ORDER BY day
"""
MESSAGES_BY_DAY = """
SELECT count(m.id), coalesce(max(times), 0) FROM (
    SELECT day FROM generate_series(%(start)s::timestamptz, now(), '1 day') AS day) AS days
LEFT JOIN LATERAL (
    SELECT m.id, count(*) OVER (PARTITION BY m.customer_id) AS times FROM campaigns_message m
    WHERE m.campaign_id = %(campaign)s AND m.status = 'sent'
    AND m.sent_at >= day AND m.sent_at < day + interval '1 day') AS m ON true
GROUP BY day ORDER BY day
"""
ENTERED = """
SELECT count(*), count(*) FILTER (WHERE held_out), count(DISTINCT customer_id),
    count(*) FILTER (WHERE entered_at = %(start)s)
FROM campaigns_enrolment WHERE campaign_id = %(campaign)s
"""
OUTCOMES = """
SELECT CASE WHEN due_at IS NOT NULL THEN 'inside' ELSE outcome END AS outcome, count(*)
FROM campaigns_enrolment WHERE campaign_id = %(campaign)s GROUP BY 1 ORDER BY 2 DESC, 1
"""
STATUSES = """
SELECT status, reason, count(*) FROM campaigns_message WHERE campaign_id = %(campaign)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
PER_PERSON = """
SELECT times, count(*) FROM (
    SELECT count(*) AS times FROM campaigns_message
    WHERE campaign_id = %(campaign)s AND status = 'sent' GROUP BY customer_id) AS people
GROUP BY times ORDER BY times
"""
MOST_IN_A_DAY = """
SELECT coalesce(max(times), 0) FROM (
    SELECT count(*) AS times FROM campaigns_message WHERE status = 'sent' AND sent_at >= %(start)s
    GROUP BY customer_id, sent_at::date
    HAVING bool_or(campaign_id = %(campaign)s)) AS days
"""
# A cap was in the way: the message waited its turn, or was refused.
COLLISIONS = """
SELECT count(*) FILTER (WHERE trail->'gate' ? 'cap'),
    count(*) FILTER (WHERE reason = 'frequency cap'),
    count(*) FILTER (WHERE trail->'gate' ? 'night_in'), count(*) FILTER (WHERE status = 'planned')
FROM campaigns_message WHERE campaign_id = %(campaign)s
"""
# Beside which campaigns somebody would have been written to within a day, and which took the place.
CONFLICTS = """
SELECT * FROM (SELECT g.name,
    (SELECT count(DISTINCT m.customer_id) FROM campaigns_message m
        JOIN campaigns_message o ON o.customer_id = m.customer_id AND o.campaign_id = g.id
        AND o.status = 'sent' AND abs(extract(epoch FROM o.claimed_at - m.claimed_at)) < 86400
        WHERE m.campaign_id = %(campaign)s AND m.status = 'sent') AS people,
    (SELECT count(*) FROM campaigns_message m WHERE m.campaign_id = %(campaign)s
        AND m.reason = 'frequency cap' AND m.trail->'gate'->'cap'->'by' ? g.name) AS lost
    FROM campaigns_campaign g WHERE g.shop_id = %(shop)s AND g.id <> %(campaign)s) AS found
WHERE people + lost > 0 ORDER BY people + lost DESC, name
"""
# What happened anyway, without the campaign, in the days after they would have entered.
BOUGHT = """
SELECT count(*), count(*) FILTER (WHERE orders > 0), coalesce(sum(orders), 0)::bigint,
    coalesce(sum(cents), 0)::bigint
FROM (SELECT customer_id, min(entered_at) AS entered_at FROM campaigns_enrolment
    WHERE campaign_id = %(campaign)s AND entered_at <= now() - %(window)s GROUP BY customer_id) AS e
CROSS JOIN LATERAL (SELECT count(*) AS orders, sum(o.total_cents) AS cents FROM customers_order o
    WHERE o.customer_id = e.customer_id AND o.kind = 'sale' AND o.placed_at > e.entered_at
    AND o.placed_at <= e.entered_at + %(window)s) AS bought
"""
PEOPLE = """
SELECT e.customer_id, e.entered_at, e.held_out, e.cause->>'touchpoint',
    CASE WHEN e.due_at IS NOT NULL THEN 'inside' ELSE e.outcome END,
    (SELECT count(*) FROM campaigns_message m WHERE m.enrolment_id = e.id AND m.status = 'sent')
FROM campaigns_enrolment e WHERE e.campaign_id = %(campaign)s
ORDER BY e.entered_at, e.customer_id LIMIT %(most)s
"""


def of(scene: Scene, until: datetime) -> dict[str, Any]:
    """The figures of a scene that has been played, as JSON can hold them.

    Counts of a sampled shop are scaled up by `one_in`.
    """
    known: dict[str, Any] = {
        "campaign": scene.campaign.pk,
        "shop": scene.campaign.shop_id,
        "start": scene.start,
        "window": timedelta(days=GOAL_DAYS),
        "most": SHOWN,
    }
    with connection.cursor() as cursor:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement, known)
            return cursor.fetchall()

        entered, held_out, people, at_launch = rows(ENTERED)[0]
        capped, refused, by_night, unsent = rows(COLLISIONS)[0]
        days = [
            (*entries, *sent)
            for entries, sent in zip(rows(BY_DAY), rows(MESSAGES_BY_DAY), strict=True)
        ]
        return {
            "one_in": scene.one_in,
            "start": scene.start.isoformat(),
            "until": until.isoformat(),
            "beside": len(scene.played) - 1,
            "entered": entered,
            "held_out": held_out,
            "people": people,
            "at_launch": at_launch,
            "days": days,
            "outcomes": rows(OUTCOMES),
            "messages": rows(STATUSES),
            "per_person": rows(PER_PERSON),
            "most_in_a_day": rows(MOST_IN_A_DAY)[0][0],
            "caps": {"waited_or_refused": capped, "refused": refused},
            "waited_for_the_night": by_night,
            "still_planned": unsent,
            "conflicts": rows(CONFLICTS),
            "bought": _expected(rows(BOUGHT)[0], scene, until),
            "examples": [(pk, at.isoformat(), *rest) for pk, at, *rest in rows(PEOPLE)],
        }


def _expected(bought: tuple[int, int, int, int], scene: Scene, until: datetime) -> dict[str, Any]:
    """The orders that came without the campaign, and how long a proof would take."""
    people, buyers, orders, cents = bought
    weeks = (until - scene.start) / timedelta(weeks=1)
    held = float(scene.campaign.holdout_percent) / 100
    share = buyers / people if people else 0.0

    def arm(part: float, buying: float) -> Sums:
        count = people * part * scene.one_in
        hits = count * buying
        return Sums(n=round(count), events=round(hits), y=hits, yy=hits)

    more = min(1.0, share * (1 + HOPED_FOR))
    proof = weeks_left(arm(1 - held, more), arm(held, share), weeks_so_far=weeks)
    return {
        "days": GOAL_DAYS,
        "people": people,
        "buyers": buyers,
        "orders": orders,
        "revenue_cents": cents,
        "hoped_for_percent": round(100 * HOPED_FOR),
        "weeks_to_proof": None if proof is None else proof + round(weeks),
    }
