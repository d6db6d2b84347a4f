"""What a plan stands on: the goal, the measured journey, its figures, and the limits."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from assistant import figures
from assistant.figures import Figures
from journeys import counting, transitions
from journeys.models import Journey
from journeys.transitions import Edge, Measured, Period
from journeys.whose import Whose
from llm.aggregates import FEWEST_PEOPLE
from segments.models import Segment
from shops import money
from shops.models import Shop

DAYS, MOST_SEGMENTS = 180, 30
# What a goal's words are about: the stage to leave, the stage to reach.
WORDS = (
    (r"second|first[- ]time|repeat|again|复购|二次|第二|回购|再次", "new", "active"),
    (r"win.?back|lost|lapsed|at risk|churn|come back|流失|召回|挽回|沉睡", "at_risk", "won_back"),
    (r"loyal|regular|vip|忠诚|老客", "active", "loyal"),
    (r"first order|convert|prospect|newcomer|首单|转化|新客", "prospect", "new"),
)


class NoPlan(Exception):
    """There is nothing to plan from; says what is missing and what to do."""


@dataclass(frozen=True)
class Limits:
    """What a plan may not go beyond; a thousand messages cost what campaigns take them to cost."""

    budget_cents: int | None = None
    discount_percent: float = 0
    channels: list[str] = field(default_factory=lambda: ["email"])
    thousand_cents: int = 100

    def told(self, currency: str) -> str:
        """As a model reads them; the server checks them all the same."""
        budget = self.budget_cents
        return (
            f"budget: {'-' if budget is None else money.said(budget, currency)}\n"
            f"discount at most: {self.discount_percent:g} %\nchannels: {', '.join(self.channels)}"
        )


@dataclass(frozen=True)
class Ground:
    """What a plan stands on: the goal, the map, its figures, the limits, the segments."""

    shop: Shop
    journey: Journey
    goal: str
    limits: Limits
    measured: Measured
    figures: Figures
    aim: str

    @cached_property
    def segments(self) -> dict[str, Segment]:
        """Whom a campaign may be for, under a mark of the request: the largest, none of few."""
        rows = Segment.in_use.filter(shop=self.shop, member_count__gte=FEWEST_PEOPLE, fault="")
        found = rows.order_by("-member_count", "key")[:MOST_SEGMENTS]
        return {f"s{number}": segment for number, segment in enumerate(found, 1)}

    def of_segment(self, key: str) -> Measured:
        """The map of those who are in the segment today."""
        return transitions.measure(self.journey, self.measured.period, Whose(segment=key))

    def edges(self) -> list[Edge]:
        """The ways that serve the goal, most important first: the one it names, then from where
        most are surely lost."""
        ways = [e for e in self.measured.edges if e.origin and e.target and e.moves >= 10]
        named = [e for e in ways if f"edge:{'..'.join(_meant(self.goal))}" == e.id]
        drops = [e for e in self.measured.edges if e.is_drop and e.rate.enough]
        drops.sort(key=lambda e: -e.rate.low * e.rate.of)
        onward = [_onward(drop, ways) for drop in drops]
        found = [*named, *(edge for edge in onward if edge)]
        return list({edge.id: edge for edge in found}.values())

    def loss_from(self, edge: Edge) -> Edge | None:
        """The way on which most are lost from where this one begins."""
        drops = [e for e in self.measured.edges if e.is_drop and e.origin == edge.origin]
        return max(drops, key=lambda e: e.moves, default=None)


def survey(shop: Shop, goal: str, limits: Limits) -> Ground:
    """Measure what the plan will stand on. Raises NoPlan."""
    journey = Journey.objects.filter(shop=shop, key="lifecycle", active=True).first()
    if journey is None:
        raise NoPlan(_("The shop has no lifecycle journey. Add it under Journeys first."))
    end = counting.today(shop) + timedelta(days=1)
    measured = transitions.measure(journey, Period(end - timedelta(days=DAYS), end))
    goals = [s.stage.key for s in measured.standings if s.stage.outcome == "goal"]
    if not goals:
        raise NoPlan(_("No stage of %s is marked as the goal. Mark one.") % journey.name)
    ground = Ground(shop, journey, goal, limits, measured, figures.of(measured, goals[0]), goals[0])
    if not ground.edges():
        raise NoPlan(_("Too few customers moved yet. Let the journey's past be worked out first."))
    return ground


def _meant(goal: str) -> tuple[str, str]:
    for words, origin, target in WORDS:
        if re.search(words, goal, re.IGNORECASE):
            return origin, target
    return "", ""


def _onward(drop: Edge, ways: list[Edge]) -> Edge | None:
    """Where customers should go instead: the busiest way on from there that is no loss."""
    good = [e for e in ways if e.origin == drop.origin and e.target and e.target.outcome != "loss"]
    return max(good, key=lambda e: e.moves, default=None)
