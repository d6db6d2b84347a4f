"""The measured journey: how many went where in a period, how surely, and after how long.

A rate's denominator are the stays that could have ended so: those that were open when the period
began and those that began in it. For everybody the figures come from daily sums, for some customers
from their stays in the same shape.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import connection

from journeys import rates, some
from journeys.models import Journey, Stage
from journeys.rates import Difference, Quartiles, Rate
from journeys.whose import EVERYBODY, Whose

# What happened before the period is needed for who stood where when it began. A move weighs the
# days from it to the end; the days spent at a stage are the weights of moves in less those out.
SUMS = """
SELECT origin_id, target_id, stay_days,
    coalesce(sum(move_count) FILTER (WHERE day < %(start)s), 0)::bigint,
    coalesce(sum(move_count) FILTER (WHERE day >= %(start)s), 0)::bigint,
    coalesce(sum(move_count * (%(end)s - day)) FILTER (WHERE day >= %(start)s), 0)::bigint
FROM journeys_dailymove WHERE journey_id = %(journey)s AND day < %(end)s GROUP BY 1, 2, 3
"""
SPENT = """
SELECT stage_id, target_id, sum(order_count)::bigint, sum(revenue_cents)::bigint
FROM journeys_stagerevenue WHERE journey_id = %(journey)s AND day >= %(start)s AND day < %(end)s
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Period:
    """Days from `start` to the one before `end`, as the shop's clock has them."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)


def drops(origin: Stage | None, target: Stage | None) -> bool:
    """Whether the way leads from somewhere that is not a loss into one, or off the map."""
    if origin is None or origin.outcome == "loss":
        return False
    return target is None or target.outcome == "loss"


@dataclass(frozen=True)
class Edge:
    """A move from one stage to another; None is the edge of the map. The revenue is that of the
    orders that led this way."""

    origin: Stage | None
    target: Stage | None
    rate: Rate
    stay: Quartiles | None
    revenue_cents: int = 0

    @property
    def id(self) -> str:
        """What a plan cites: `edge:new..active`."""
        ends = (stage.key if stage else "" for stage in (self.origin, self.target))
        return "edge:" + "..".join(ends)

    @property
    def moves(self) -> int:
        return self.rate.count

    @property
    def is_drop(self) -> bool:
        """Whether who goes this way is lost to the shop, from somewhere that was not lost yet."""
        return drops(self.origin, self.target)


@dataclass
class Standing:
    """A stage over the period: who stood there, came and went, for how long, what they spent."""

    stage: Stage
    at_start: int = 0
    entered: int = 0
    left: int = 0
    dropped: int = 0
    customer_days: int = 0
    order_count: int = 0
    revenue_cents: int = 0
    bands: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def id(self) -> str:
        return f"stage:{self.stage.key}"

    @property
    def stays(self) -> int:
        return self.at_start + self.entered

    @property
    def at_end(self) -> int:
        return self.stays - self.left

    @property
    def drop_off(self) -> Rate:
        """The stays that ended in a loss or off the map."""
        return rates.rate(self.dropped, self.stays)

    @property
    def stay(self) -> Quartiles | None:
        return rates.quartiles(self.bands)


@dataclass(frozen=True)
class Measured:
    """The map of a journey in a period, for everybody or some."""

    journey: Journey
    period: Period
    whose: Whose
    standings: tuple[Standing, ...]
    edges: tuple[Edge, ...]

    def edge(self, name: str) -> Edge:
        """The edge that is cited as `name`. Raises KeyError where nobody went that way."""
        return self._edges[name]

    def standing(self, name: str) -> Standing:
        """The stage that is cited as `name`. Raises KeyError."""
        return self._standings[name]

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self.edges}

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        return {standing.id: standing for standing in self.standings}

    @property
    def worst(self) -> Edge | None:
        """The drop-off that surely costs most customers: the lower end of its rate, of stays."""
        drops = [edge for edge in self.edges if edge.is_drop and edge.rate.enough]
        return max(drops, key=lambda edge: edge.rate.low * edge.rate.of, default=None)


@dataclass(frozen=True)
class Change:
    """An edge in one measurement and in another."""

    now: Edge
    before: Edge
    difference: Difference


def measure(journey: Journey, period: Period, whose: Whose = EVERYBODY) -> Measured:
    """The map as it was measured; from sums for everybody, from stays for some."""
    moves, spent = _read(journey, period, whose)
    stages = {stage.pk: stage for stage in journey.stages.order_by("position", "pk")}
    standings = {pk: Standing(stage) for pk, stage in stages.items()}
    counted: dict[tuple[int | None, int | None], dict[int, int]] = defaultdict(dict)
    for origin, target, band, before, within, weight in moves:
        _add(standings, stages, origin, target, before, within, weight)
        if within:
            counted[origin, target][band] = within
        if origin in standings and within:
            standings[origin].bands[band] += within
    for standing in standings.values():
        standing.customer_days += standing.at_start * period.days
    brought = {(stage, target): revenue for stage, target, _orders, revenue in spent if target}
    for stage, _target, orders, revenue in spent:
        if stage in standings:
            standings[stage].order_count += orders
            standings[stage].revenue_cents += revenue
    edges = [
        _edge(
            stages.get(ends[0] or 0),
            stages.get(ends[1] or 0),
            bands,
            standings,
            brought.get(ends, 0),
        )
        for ends, bands in counted.items()
    ]
    return Measured(journey, period, whose, tuple(standings.values()), tuple(_sorted(edges)))


def compare(one: Measured, other: Measured) -> list[Change]:
    """Each edge of either, with the difference of its rates: of two periods, or of two segments.

    The interval takes the two to be independent; customers who are in both make it too wide.
    """
    known, former = ({edge.id: edge for edge in m.edges} for m in (one, other))
    changes = []
    for name, edge in {**former, **known}.items():
        now = known.get(name) or _absent(edge, one)
        before = former.get(name) or _absent(edge, other)
        changes.append(Change(now, before, rates.difference(now.rate, before.rate)))
    return sorted(changes, key=lambda change: _place(change.now))


def _read(journey: Journey, period: Period, whose: Whose) -> tuple[list[Any], list[Any]]:
    if not whose.everybody:
        found = some.read(journey, period.start, period.end, whose)
        return found.moves, found.spent
    values: dict[str, Any] = {
        "journey": journey.pk, "start": period.start, "end": period.end,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SUMS, values)
        rows = cursor.fetchall()
        cursor.execute(SPENT, values)
        return rows, cursor.fetchall()


def _add(
    standings: dict[int, Standing],
    stages: dict[int, Stage],
    origin: int | None,
    target: int | None,
    before: int,
    within: int,
    weight: int,
) -> None:
    """One band of moves: out of where it began, into where it led."""
    if target in standings:
        there = standings[target]
        there.at_start += before
        there.entered += within
        there.customer_days += weight
    if origin in standings:
        here = standings[origin]
        here.at_start -= before
        here.left += within
        here.customer_days -= weight
        if drops(here.stage, stages.get(target or 0)):
            here.dropped += within


def _edge(
    origin: Stage | None,
    target: Stage | None,
    bands: dict[int, int],
    standings: dict[int, Standing],
    brought: int,
) -> Edge:
    moves = sum(bands.values())
    of = standings[origin.pk].stays if origin else moves
    stay = rates.quartiles(bands) if origin else None
    return Edge(origin, target, rates.rate(moves, of), stay, brought)


def _absent(edge: Edge, measured: Measured) -> Edge:
    """An edge nobody went, with the stays that could have."""
    of = [s.stays for s in measured.standings if edge.origin and s.stage.pk == edge.origin.pk]
    return Edge(edge.origin, edge.target, rates.rate(0, of[0] if of else 0), None)


def _sorted(edges: list[Edge]) -> list[Edge]:
    return sorted(edges, key=_place)


def _place(edge: Edge) -> tuple[int, int]:
    """In the order of the map; arrivals first, departures last."""
    return (
        edge.origin.position if edge.origin else -1,
        edge.target.position if edge.target else 32767,
    )
