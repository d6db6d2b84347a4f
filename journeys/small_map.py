"""The map of a journey in small: its stages one below the other, and the ways most customers go as
arcs beside them.

Everything comes from the daily sums that the map itself is drawn from, so its cost does not grow
with the customers.
"""

from dataclasses import dataclass
from functools import cached_property

from journeys import report
from journeys.map_query import Query
from journeys.models import Journey, Stage
from journeys.transitions import Edge, Measured, measure

ROW, WIDTH = 34, 84  # pixels: a stage's height, and the room for arcs
MOST_ARCS = 7
THICK, THIN = 7.0, 1.25


@dataclass(frozen=True)
class Arc:
    """A way from one stage to another, as it is drawn."""

    path: str
    thickness: float
    colour: str
    is_worst: bool


@dataclass(frozen=True)
class Row:
    """A stage: how many stand there, in per cent of the fullest, and where most go on to."""

    stage: Stage
    customers: int
    percent: int
    onward: Edge | None


@dataclass(frozen=True)
class SmallMap:
    """What the overview shows of a journey."""

    journey: Journey
    whole: Measured

    @classmethod
    def of(cls, journey: Journey) -> "SmallMap":
        return cls(journey, measure(journey, Query().period(journey)))

    @cached_property
    def rows(self) -> list[Row]:
        here = {standing.stage.pk: standing.at_end for standing in self.whole.standings}
        if not self.whole.edges:  # nothing is counted yet: ask the stays themselves, this once
            here = {c.stage.pk: c.customer_count for c in report.stage_counts(self.journey)}
        fullest = max(here.values(), default=0) or 1
        return [
            Row(stage, here[stage.pk], round(100 * here[stage.pk] / fullest), self._onward(stage))
            for stage in (standing.stage for standing in self.whole.standings)
        ]

    @property
    def height(self) -> int:
        return ROW * len(self.whole.standings)

    @property
    def width(self) -> int:
        return WIDTH

    @cached_property
    def ways(self) -> list[Edge]:
        """Those that most customers go between two stages, and the one where most are lost."""
        between = [edge for edge in self.whole.edges if edge.origin and edge.target]
        between.sort(key=lambda edge: edge.moves, reverse=True)
        shown, worst = between[:MOST_ARCS], self.whole.worst
        return [*shown, worst] if worst in between[MOST_ARCS:] and worst else shown

    @cached_property
    def arcs(self) -> list[Arc]:
        places = {s.stage.pk: place for place, s in enumerate(self.whole.standings)}
        most = max((edge.moves for edge in self.ways), default=1)
        arcs = []
        for edge in reversed(self.ways):  # the strongest on top
            if edge.origin is None or edge.target is None:
                continue
            path = _path(places[edge.origin.pk], places[edge.target.pk])
            thickness = THIN + (THICK - THIN) * edge.moves / most
            worst = edge == self.whole.worst
            arcs.append(Arc(path, round(thickness, 2), edge.origin.colour, worst))
        return sorted(arcs, key=lambda arc: arc.is_worst)

    def _onward(self, stage: Stage) -> Edge | None:
        ways = [e for e in self.whole.edges if e.origin == stage and e.target]
        return max(ways, key=lambda edge: edge.moves, default=None)


def _path(origin: int, target: int) -> str:
    """A curve from the middle of one row to that of another: the further, the wider. It leaves
    above the middle and arrives below, or the other way round, so that two opposite ones part."""
    down = target > origin
    start = origin * ROW + ROW / 2 + (5 if down else -5)
    end = target * ROW + ROW / 2 + (-5 if down else 5)
    reach = min(WIDTH * 1.25, 22 + 16 * abs(target - origin))
    return f"M2 {start:g}C{reach:g} {start:g} {reach:g} {end:g} 8 {end:g}"
