"""What the page of a journey shows: its stages as columns, the ways between them, what if."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from journeys import met, moods, some, transitions
from journeys.map_query import Query
from journeys.met import Met
from journeys.models import Journey, Stage
from journeys.moods import Mood
from journeys.transitions import Change, Edge, Measured, Period, Standing
from journeys.what_if import Forecast, Model, NotAsked, Outlook
from segments import touchpoint_words

MOST_MET, GREY = 3, "#9ca3af"


@dataclass(frozen=True)
class Column:
    """A stage with what was measured of it, what was met there, and what it is worth."""

    standing: Standing
    mood: Mood | None
    met: list[tuple[Met, str]]
    outlook: Outlook | None
    other: Standing | None = None  # the same stage in what it is compared with

    @property
    def too_long(self) -> bool:
        """Whether half of the stays took longer than a marketer expects."""
        stay, expected = self.standing.stay, self.standing.stage.expected_days
        return bool(stay and expected and stay.median > expected)


@dataclass(frozen=True)
class Page:
    """The map of a journey as it was asked for."""

    journey: Journey
    query: Query

    @cached_property
    def period(self) -> Period:
        return self.query.period(self.journey)

    @property
    def is_at_hand(self) -> bool:
        """Whether all of it comes at once; what some customers of a large shop did may not."""
        asked = [(self.period, self.query.whose), self.query.other(self.journey)]
        return all(
            some.is_at_hand(self.journey, each[0].start, each[0].end, each[1])
            for each in asked
            if each and not each[1].everybody
        )

    @property
    def stages(self) -> list[Stage]:
        """Its stages, before anything is measured."""
        return list(self.journey.stages.order_by("position", "pk"))

    @cached_property
    def measured(self) -> Measured:
        return transitions.measure(self.journey, self.period, self.query.whose)

    @cached_property
    def model(self) -> Model:
        return Model(self.measured)

    @cached_property
    def goal(self) -> str:
        """The key of the stage that is the goal; "" where none is marked."""
        goals = (s.stage.key for s in self.measured.standings if s.stage.outcome == "goal")
        return next(goals, "")

    @cached_property
    def columns(self) -> list[Column]:
        period, whose = self.period, self.query.whose
        spoken = moods.of(self.journey, period, whose)
        found = met.at_stages(self.journey, period, whose)
        outlooks = self.model.outlooks(self.goal) if self.goal else []
        ahead = {outlook.stage: outlook for outlook in outlooks}
        columns = []
        for standing in self.measured.standings:
            columns.append(
                Column(
                    standing,
                    spoken.get(standing.stage.pk),
                    self._named(found.get(standing.stage.pk, [])[:MOST_MET]),
                    ahead.get(standing.stage.key),
                    self.other.standing(standing.id) if self.other else None,
                )
            )
        return columns

    @property
    def whose(self) -> str:
        return self.query.whose.said(self.journey.shop)

    @cached_property
    def other(self) -> Measured | None:
        """What it is compared with: another period, everybody, or another segment."""
        asked = self.query.other(self.journey)
        return transitions.measure(self.journey, *asked) if asked else None

    @property
    def beside(self) -> str:
        """The other in words."""
        asked = self.query.other(self.journey)
        if asked is None:
            return ""
        period, whose = asked
        if self.query.beside == "before":
            return f"{date_format(period.start)} – {date_format(period.last)}"
        return whose.said(self.journey.shop)

    @cached_property
    def changes(self) -> list[Change]:
        """Each way beside the other; empty when nothing is compared."""
        return transitions.compare(self.measured, self.other) if self.other else []

    @cached_property
    def rows(self) -> list[tuple[Edge, Change | None]]:
        if self.changes:
            return [(change.now, change) for change in self.changes]
        return [(edge, None) for edge in self.measured.edges]

    @cached_property
    def chosen(self) -> Edge | None:
        """The way that somebody looks into."""
        return next((e for e in self.measured.edges if e.id == self.query.edge), None)

    @cached_property
    def met_on_chosen(self) -> list[tuple[Met, str]]:
        edge = self.chosen
        if edge is None or edge.origin is None:
            return []
        whose = self.query.whose
        return self._named(met.on_edge(self.journey, edge.origin, edge.target, self.period, whose))

    @cached_property
    def ways(self) -> list[Edge]:
        """Of which it can be asked what if."""
        return [e for e in self.measured.edges if e.origin and e.target and e.moves >= 10]

    @cached_property
    def way(self) -> Edge | None:
        """The way that is asked about: the one named, or the one that most customers go onward,
        from where most are lost if there is one."""
        named = next((e for e in self.ways if e.id == self.query.way), None)
        onward = [
            edge
            for edge in self.ways
            if "loss" not in {stage.outcome for stage in (edge.origin, edge.target) if stage}
        ]
        worst = self.measured.worst
        beside = [edge for edge in onward if worst and edge.origin == worst.origin]
        return named or max(beside or onward, key=lambda e: e.moves, default=None)

    @cached_property
    def forecast(self) -> Forecast | None:
        way = self.way
        if not (self.goal and way and way.origin and way.target):
            return None
        try:
            return self.model.forecast(
                way.origin.key, way.target.key, self.goal, self.query.percent
            )
        except NotAsked:
            return None

    @cached_property
    def chart(self) -> dict[str, Any]:
        """The flows, from where customers came to where they went; the table beside says it all."""
        edges = self.measured.edges
        ends = [("from", e.origin, _("Arrived")) for e in edges]
        ends += [("to", e.target, _("Left the map")) for e in edges]
        nodes = {
            _node(side, stage): {
                "name": _node(side, stage),
                "label": stage.name if stage else edge_of_map,
                "colour": stage.colour if stage else GREY,
            }
            for side, stage, edge_of_map in ends
        }
        links = [
            {"source": _node("from", e.origin), "target": _node("to", e.target), "value": e.moves}
            for e in edges
        ]
        labels = [_label(e) for e in edges]
        return {"kind": "sankey", "nodes": list(nodes.values()), "links": links, "labels": labels}

    def _named(self, found: list[Met]) -> list[tuple[Met, str]]:
        """With the names of campaigns, which a room above knows, or what was done in words."""
        ids = sorted({m.campaign for m in found if m.campaign})
        names = import_string(settings.CAMPAIGN_NAMES)(self.journey.shop, ids) if ids else {}
        return [(m, names.get(m.campaign, "") or touchpoint_words.done(m.kind)) for m in found]


def _node(side: str, stage: Any) -> str:
    return f"{side}:{stage.key if stage else ''}"


def _label(edge: Edge) -> str:
    origin = edge.origin.name if edge.origin else _("Arrived")
    return f"{origin} → {edge.target.name if edge.target else _('left the map')}"
