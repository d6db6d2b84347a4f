"""What the measured journey leads to, and what would change if more took one of its ways."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeys import chain
from journeys.transitions import Measured

DRAWS = 400
HORIZON_DAYS = 90
LEAST_MOVES = 10  # below this an edge is too rare to ask what if


class NotAsked(Exception):
    """The question names a stage or a way that was not measured; says which."""


@dataclass(frozen=True)
class Estimate:
    """A figure with the middle 95 % of the draws; `id` is what a plan cites."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, drawn: chain.Floats) -> "Estimate":
        low, high = np.quantile(drawn, [0.025, 0.975])
        return cls(float(value), float(low), float(high))


@dataclass(frozen=True)
class Outlook:
    """From one stage: the chance to reach the goal within the horizon and ever, the days of who
    does, and what somebody who stands here brings within the horizon."""

    stage: str
    soon: Estimate
    chance: Estimate
    days: Estimate | None
    value_cents: Estimate


@dataclass(frozen=True)
class Forecast:
    """How many reach the goal within the horizon as things are and as asked, and what it brings.

    The differences are computed draw by draw, so their intervals are narrower than those of two
    forecasts apart. What a day and a move bring is taken as it was measured.
    """

    origin: str
    target: str
    goal: str
    percent: float
    horizon_days: int
    reached: Estimate
    reached_then: Estimate
    more_reached: Estimate
    more_revenue_cents: Estimate


@dataclass(frozen=True)
class Model:
    """The chain of a measured journey, as counted and as drawn."""

    measured: Measured

    @cached_property
    def keys(self) -> list[str]:
        return [standing.stage.key for standing in self.measured.standings]

    @cached_property
    def counts(self) -> chain.Counts:
        place = {key: index for index, key in enumerate(self.keys)}
        moves = np.zeros((len(place), len(place) + 1))
        for edge in self.measured.edges:
            if edge.origin:
                column = place[edge.target.key] if edge.target else len(place)
                moves[place[edge.origin.key], column] += edge.moves
        days = np.array([float(s.customer_days) for s in self.measured.standings])
        return chain.Counts(moves, days)

    @cached_property
    def step(self) -> chain.Floats:
        return chain.daily(self.counts)

    @cached_property
    def drawn(self) -> chain.Floats:
        return chain.draws(self.counts, DRAWS)

    @cached_property
    def _brought(self) -> chain.Floats:
        """What a move brings on average, by the orders that led that way."""
        brought = np.zeros((len(self.keys) + 1, len(self.keys) + 1))
        for edge in self.measured.edges:
            if edge.origin and edge.target and edge.moves:
                ends = self.at(edge.origin.key), self.at(edge.target.key)
                brought[ends] = edge.revenue_cents / edge.moves
        return brought

    def reward(self, step: chain.Floats) -> chain.Floats:
        """What a customer brings on a day at each stage: by staying, and by moving on."""
        spent = np.array([float(s.revenue_cents) for s in self.measured.standings])
        spent -= (self._brought[:-1] * self.counts.moves).sum(axis=1)
        staying = np.append(spent / np.maximum(self.counts.days, 1.0), 0.0)
        return staying + (step * self._brought).sum(axis=-1)

    def at(self, key: str) -> int:
        """Where a stage stands in the matrices. Raises NotAsked."""
        if key not in self.keys:
            raise NotAsked(f"There is no stage '{key}' in '{self.measured.journey}'.")
        return self.keys.index(key)

    def outlooks(self, goal: str, *, horizon_days: int = 365) -> list[Outlook]:
        """From each stage: chance and days to the goal, and the revenue of the horizon."""
        target = self.at(goal)
        mean = chain.reaching(self.step, target)
        drawn = [chain.reaching(step, target) for step in self.drawn]
        chances, days = np.array([d.chance for d in drawn]), np.array([d.days for d in drawn])
        value = chain.value(self.step, self.reward(self.step), horizon_days)
        values = chain.value(self.drawn, self.reward(self.drawn), horizon_days)
        soon = chain.within(self.step, target, horizon_days)[-1]
        sooner = chain.within(self.drawn, target, horizon_days)[:, -1, :]
        return [
            Outlook(
                key,
                Estimate.of(soon[i], sooner[:, i]),
                Estimate.of(mean.chance[i], chances[:, i]),
                None if np.isnan(mean.days[i]) else Estimate.of(mean.days[i], days[:, i]),
                Estimate.of(value[i], values[:, i]),
            )
            for i, key in enumerate(self.keys)
        ]

    def forecast(
        self, origin: str, target: str, goal: str, percent: float, days: int = HORIZON_DAYS
    ) -> Forecast:
        """What if `percent` more of who is at `origin` moved to `target`? Raises NotAsked.

        Counts who stands on the map at the end of the period and who will arrive at the rate of
        the period; who is at the goal already is not counted.
        """
        ends = self.at(origin), self.at(target)
        aim, seen = self.at(goal), self.counts.moves[ends]
        if seen < LEAST_MOVES:
            raise NotAsked(
                f"Only {int(seen)} moved from '{origin}' to '{target}' in the period: too few to"
                f" say what more of them would change. Choose a longer period."
            )
        factor = 1 + percent / 100
        steps = np.concatenate([self.step[None], self.drawn])
        then = chain.raised(steps, *ends, factor)
        reached, later = (self._reached(some, aim, days) for some in (steps, then))
        earned, more = (self._earned(some, days) for some in (steps, then))
        estimates = (
            Estimate.of(figure[0], figure[1:])
            for figure in (reached, later, later - reached, more - earned)
        )
        return Forecast(origin, target, goal, percent, days, *estimates)

    def _reached(self, steps: chain.Floats, goal: int, days: int) -> chain.Floats:
        """How many have reached the goal by the end, for each chain."""
        ever = chain.within(steps, goal, days)
        here, coming = self._standing(), self._arriving()
        here[goal] = 0.0
        return ever[:, days, :] @ here + ever[:, :days, :].sum(axis=1) @ coming

    def _earned(self, steps: chain.Floats, days: int) -> chain.Floats:
        here, coming = self._standing(), self._arriving()
        earned, total = np.zeros(steps.shape[:-1]), np.zeros(len(steps))
        reward = self.reward(steps)
        for _day in range(days):
            total += earned @ coming
            earned = reward + chain.ahead(steps, earned)
        return total + earned @ here

    def _standing(self) -> chain.Floats:
        return np.append([float(s.at_end) for s in self.measured.standings], 0.0)

    def _arriving(self) -> chain.Floats:
        """Who comes onto the map at each stage on an average day."""
        coming = np.zeros(len(self.keys) + 1)
        for edge in self.measured.edges:
            if edge.origin is None and edge.target:
                coming[self.at(edge.target.key)] += edge.moves / self.measured.period.days
        return coming
