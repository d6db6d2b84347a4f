"""What customers met on their way from one stage to another: touchpoints, and campaigns' messages.

Looks at the newest moves only: a bounded number of lookups in the index on (customer, time),
however large the history is.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from customers import zones
from journeys import kept
from journeys.models import Journey, Stage
from journeys.transitions import Period
from journeys.whose import EVERYBODY, Whose

NEWEST = 2_000
LOOK_BACK = timedelta(days=30)  # before the move: what was met long before it led nowhere

# A message is known by its campaign, everything else by its kind. OFFSET keeps the lookups: read as
# a join, the whole history would be gone through.
MET = """
WITH moved AS (
    SELECT v.customer_id, v.left_at, greatest(v.entered_at, v.left_at - %(back)s) AS since
    FROM journeys_stagevisit v
    WHERE v.journey_id = %(journey)s AND v.stage_id = %(origin)s
    AND (%(anywhere)s OR v.left_to_id IS NOT DISTINCT FROM %(target)s)
    AND v.left_at >= %(start)s::timestamp AT TIME ZONE %(zone)s
    AND v.left_at < %(end)s::timestamp AT TIME ZONE %(zone)s {who}
    ORDER BY v.left_at DESC LIMIT %(newest)s
)
SELECT t.kind, t.campaign, count(*), count(DISTINCT m.customer_id), (SELECT count(*) FROM moved)
FROM moved m CROSS JOIN LATERAL (
    SELECT t.kind, t.data->>'campaign' AS campaign FROM customers_touchpoint t
    WHERE t.customer_id = m.customer_id AND t.occurred_at >= m.since AND t.occurred_at <= m.left_at
    OFFSET 0) AS t
GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2 LIMIT 50
"""


@dataclass(frozen=True)
class Met:
    """A kind of touchpoint, of one campaign if it is a message: how often, and by how many of the
    moves that were looked at."""

    kind: str
    campaign: int | None
    times: int
    customer_count: int
    of: int

    @property
    def share(self) -> float:
        return min(1.0, self.customer_count / self.of) if self.of else 0.0


def on_edge(
    journey: Journey, origin: Stage, target: Stage | None, period: Period, whose: Whose = EVERYBODY
) -> list[Met]:
    """What was met before these moves, what most customers met first."""
    return _met(journey, period, whose, origin=origin.pk, target=target.pk if target else None)


def at_stage(journey: Journey, stage: Stage, period: Period, whose: Whose = EVERYBODY) -> list[Met]:
    """What was met at a stage before leaving it, wherever to."""
    return _met(journey, period, whose, origin=stage.pk, target=None, anywhere=True)


def _met(
    journey: Journey,
    period: Period,
    whose: Whose,
    *,
    origin: int,
    target: int | None,
    anywhere: bool = False,
) -> list[Met]:
    values: dict[str, Any] = {
        "shop": journey.shop_id, "journey": journey.pk, "origin": origin, "target": target,
        "anywhere": anywhere, "zone": zones.of_shop(journey.shop), "newest": NEWEST,
        "back": LOOK_BACK, "start": period.start, "end": period.end,
    }  # fmt: skip
    rows = kept.rows(journey, MET.format(who=whose.sql), values | whose.params)
    return [
        Met(kind, int(campaign) if (campaign or "").isdigit() else None, *rest)
        for kind, campaign, *rest in rows
    ]
