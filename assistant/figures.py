"""Every figure a plan may cite, by its id, computed from the measured journey.

`edge:new..active.rate`, `stage:new.customers`, `outlook:new.goal_in_a_year`. Who cites one repeats
its value; the server compares, and it alone writes figures into sentences.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from journeys.transitions import Measured
from journeys.what_if import Model
from llm.aggregates import FEWEST_PEOPLE
from shops import money


@dataclass(frozen=True)
class Figure:
    """A value with what it is: count, fraction, days or cents; and of how many people."""

    id: str
    label: str
    value: float
    kind: str
    people: int

    def shown(self, currency: str) -> str:
        if self.kind == "fraction":
            return f"{self.value * 100:.1f} %"
        if self.kind == "cents":
            return money.said(self.value, currency)
        if self.kind == "days":
            return _("%.0f days") % self.value
        return f"{self.value:,.0f}"


Figures = dict[str, Figure]


def of(measured: Measured, goal: str) -> Figures:
    """All figures of a map; those over fewer people than may be told of are left out."""
    found = [*_edges(measured), *_stages(measured), *(_outlooks(measured, goal) if goal else [])]
    return {figure.id: figure for figure in found if figure.people >= FEWEST_PEOPLE}


def _edges(measured: Measured) -> list[Figure]:
    found = []
    for edge in measured.edges:
        if edge.origin is None:
            continue
        target = edge.target.name if edge.target else _("off the map")
        way, of = f"{edge.origin.name} → {target}", edge.rate.of
        share = _exact(edge.rate.value)
        found += [
            Figure(f"{edge.id}.moves", f"{way}: {_('moves')}", edge.moves, "count", edge.moves),
            Figure(f"{edge.id}.stays", f"{way}: {_('of stays')}", of, "count", of),
            # With the stays beside it a rate tells the moves: it is of no more people than they.
            Figure(f"{edge.id}.rate", f"{way}: {_('rate')}", share, "fraction", edge.moves),
        ]
        if edge.stay:
            days = round(edge.stay.median, 1)
            found.append(Figure(f"{edge.id}.half_within", way, days, "days", edge.moves))
    return found


def _stages(measured: Measured) -> list[Figure]:
    found = []
    for s in measured.standings:
        drop = _exact(s.drop_off.value)
        found += [
            Figure(f"{s.id}.customers", f"{s.stage.name}: {_('customers')}", s.at_end, "count",
                   s.at_end),
            Figure(f"{s.id}.drop_off", f"{s.stage.name}: {_('drop-off')}", drop, "fraction",
                   s.dropped),
        ]  # fmt: skip
    return found


def _outlooks(measured: Measured, goal: str) -> list[Figure]:
    found = []
    for outlook, standing in zip(Model(measured).outlooks(goal), measured.standings, strict=True):
        name, people = standing.stage.name, standing.stays
        at = f"outlook:{outlook.stage}"
        soon, worth = _exact(outlook.soon.value), round(outlook.value_cents.value)
        found += [
            Figure(f"{at}.goal_in_a_year", f"{name}: {_('goal in a year')}", soon, "fraction",
                   people),
            Figure(f"{at}.worth_a_year", f"{name}: {_('worth a year')}", worth, "cents", people),
        ]  # fmt: skip
    return found


def _exact(value: float) -> float:
    """As it is written into a plan and read back: short enough not to look like a phone number."""
    return round(value, 4)
