"""What customers met on their way from one stage to another: touchpoints, and campaigns' messages.

Looks at the newest moves only: a bounded number of lookups in the index on (customer, time),
however large the history is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customers import zones
from journeys import kept, some
from journeys.models import Journey, Stage
from journeys.some import LOOK_BACK, NEWEST
from journeys.transitions import Period
from journeys.whose import EVERYBODY, Whose

SHOWN = 50
# As `some.MET_AT_STAGES`, of one way.
ON_EDGE = """
WITH moved AS (
    SELECT v.customer_id, v.left_at, greatest(v.entered_at, v.left_at - %(back)s) AS since
    FROM journeys_stagevisit v
    WHERE v.journey_id = %(journey)s AND v.stage_id = %(origin)s
    AND v.left_to_id IS NOT DISTINCT FROM %(target)s
    AND v.left_at >= %(start)s::timestamp AT TIME ZONE %(zone)s
    AND v.left_at < %(end)s::timestamp AT TIME ZONE %(zone)s {who}
    ORDER BY v.left_at DESC LIMIT %(newest)s
)
SELECT t.kind, t.campaign, count(*), count(DISTINCT m.customer_id), (SELECT count(*) FROM moved)
FROM moved m CROSS JOIN LATERAL (
    SELECT t.kind, t.data->>'campaign' AS campaign FROM customers_touchpoint t
    WHERE t.customer_id = m.customer_id AND t.occurred_at >= m.since AND t.occurred_at <= m.left_at
    OFFSET 0) AS t
GROUP BY 1, 2
"""
AT_STAGES = f"""
SELECT stage_id, kind, campaign, times, customer_count, of
FROM ({some.MET_AT_STAGES.format(stays="journeys_stagevisit")}) AS m
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
    values = _values(journey, period) | whose.params
    values |= {"shop": journey.shop_id, "origin": origin.pk, "target": target and target.pk}
    return _sorted(kept.rows(journey, ON_EDGE.format(who=whose.sql), values))


def at_stages(journey: Journey, period: Period, whose: Whose = EVERYBODY) -> dict[int, list[Met]]:
    """What was met at each stage before leaving it, wherever to."""
    found: dict[int, list[Any]] = defaultdict(list)
    if whose.everybody:
        for stage, *row in kept.rows(journey, AT_STAGES, _values(journey, period)):
            found[stage].append(row)
    else:
        found.update(some.read(journey, period.start, period.end, whose).met)
    return {stage: _sorted(rows) for stage, rows in found.items()}


def _values(journey: Journey, period: Period) -> dict[str, Any]:
    return {
        "journey": journey.pk, "zone": zones.of_shop(journey.shop), "newest": NEWEST,
        "back": LOOK_BACK, "start": period.start, "end": period.end,
    }  # fmt: skip


def _sorted(rows: Iterable[Sequence[Any]]) -> list[Met]:
    found = [
        Met(kind, int(campaign) if (campaign or "").isdigit() else None, *rest)
        for kind, campaign, *rest in rows
    ]
    return sorted(found, key=lambda m: (-m.customer_count, m.kind, m.campaign or 0))[:SHOWN]
