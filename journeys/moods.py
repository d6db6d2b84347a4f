"""How customers spoke at each stage: the reviews they wrote while they stood there."""

from dataclasses import dataclass
from typing import Any

from customers import zones
from journeys import kept
from journeys.models import Journey
from journeys.transitions import Period
from journeys.whose import EVERYBODY, Whose

NEWEST = 5_000  # reviews that are looked at, however many there are
LEAST = 5  # with fewer a stage has no mood
MOODS = """
SELECT v.stage_id, count(*), avg(r.sentiment) FROM (
    SELECT customer_id, written_at, sentiment FROM reviews_nlp_review
    WHERE shop_id = %(shop)s AND customer_id IS NOT NULL AND sentiment IS NOT NULL
    AND suspicion = '' AND written_at >= %(start)s::timestamp AT TIME ZONE %(zone)s
    AND written_at < %(end)s::timestamp AT TIME ZONE %(zone)s
    ORDER BY written_at DESC LIMIT %(newest)s) AS r
JOIN journeys_stagevisit v ON v.customer_id = r.customer_id AND v.journey_id = %(journey)s
    AND v.entered_at <= r.written_at AND (v.left_at IS NULL OR r.written_at < v.left_at)
WHERE true {who} GROUP BY 1
"""


@dataclass(frozen=True)
class Mood:
    """The mean sentiment (-1 to 1) of the reviews written at a stage."""

    review_count: int
    sentiment: float


def of(journey: Journey, period: Period, whose: Whose = EVERYBODY) -> dict[int, Mood]:
    """By stage, of the newest reviews of the period; stages with few are left out."""
    values: dict[str, Any] = {
        "shop": journey.shop_id, "journey": journey.pk, "zone": zones.of_shop(journey.shop),
        "start": period.start, "end": period.end, "newest": NEWEST,
    }  # fmt: skip
    rows = kept.rows(journey, MOODS.format(who=whose.sql), values | whose.params)
    return {stage: Mood(count, mean) for stage, count, mean in rows if count >= LEAST}
