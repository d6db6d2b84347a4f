"""The shop's coming days: level × weekday × last year, with intervals from its own past errors.

A day's forecast is an exponentially weighted level, times how that weekday usually compares, times
(after more than a year) how last year moved over the same dates, half believed. Which memory is
best is decided by past origins, and the errors made there are the interval (split conformal by
rolling origin). Weekdays without sales and last year's shut dates are learned, others can be told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from shops import sentences
from shops.sentences import Sentence

Floats = NDArray[np.float64]

WEEK, YEAR = 7, 364  # 52 weeks: the same weekday a year ago
FEWEST_DAYS = 42
LEVEL_HALF_LIFE_DAYS = (4.0, 8.0, 16.0, 40.0)
SEASON_HALF_LIFE_DAYS = (28.0, 70.0)
ORIGINS = 26  # past weekly origins that choose the memory and give the errors
SHUT = 0.1  # a weekday with sales on fewer than a tenth of its days is one of rest
SHUT_AS_LAST_YEAR = 3  # days in a row without sales, a year ago


@dataclass(frozen=True)
class Forecast:
    """Expected figure per coming day and the bounds that hold it in `coverage` of cases."""

    days: list[date]
    expected: Floats
    low: Floats
    high: Floats
    memory: tuple[float, float]


class TooShort(ValueError):
    """There is too little to learn a week from; `why` says what is missing."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(sentences.said(why))
        self.why = why


def seasonal_naive(figures: Floats, horizon: int) -> Floats:
    """The same weekday of the last known week: what a forecast must beat."""
    return figures[len(figures) - WEEK :][np.arange(horizon) % WEEK]


def forecast(
    figures: Floats,
    first_day: date,
    *,
    horizon: int = 28,
    coverage: float = 0.8,
    shut: Collection[date] = (),
) -> Forecast:
    """Daily figures without gaps (zero where nothing sold) to the next `horizon` days."""
    if len(figures) < FEWEST_DAYS:
        told = _("%(have)d of %(need)d days so far")
        raise TooShort(sentences.kept(told, have=len(figures), need=FEWEST_DAYS))
    origins = range(len(figures) - WEEK, FEWEST_DAYS - WEEK, -WEEK)[:ORIGINS]
    errors = {m: _past_errors(figures, first_day, m, origins, horizon) for m in _memories()}
    memory = min(errors, key=lambda m: float(np.nanmean(np.abs(errors[m][0]))))
    expected = _points(figures, first_day, memory, horizon)
    days = [first_day + timedelta(len(figures) + ahead) for ahead in range(horizon)]
    expected[[day in shut for day in days]] = 0
    low, high = _bounds(errors[memory][1], expected, coverage)
    return Forecast(days, expected, low, high, memory)


def _memories() -> list[tuple[float, float]]:
    return list(product(LEVEL_HALF_LIFE_DAYS, SEASON_HALF_LIFE_DAYS))


def _points(figures: Floats, first_day: date, memory: tuple[float, float], horizon: int) -> Floats:
    level_life, season_life = memory
    weekdays = (first_day.weekday() + np.arange(len(figures) + horizon)) % WEEK
    age = np.arange(len(figures))[::-1]
    season = _season(figures, weekdays[: len(figures)], 0.5 ** (age / season_life))
    counted = (season[weekdays[: len(figures)]] > 0) & ~_shut_now(figures)
    weight = 0.5 ** (age / level_life) * counted * season[weekdays[: len(figures)]]
    ratio = figures / np.maximum(season[weekdays[: len(figures)]], 1e-9)
    level = float(weight @ ratio / weight.sum()) if weight.sum() > 0 else 0.0
    return level * season[weekdays[len(figures) :]] * _last_year(figures, horizon)


def _season(figures: Floats, weekdays: NDArray[np.int64], weight: Floats) -> Floats:
    """How each weekday compares with the mean of its week; 0 for a day of rest."""
    padded = np.concatenate([np.full(3, np.nan), figures, np.full(3, np.nan)])
    around = np.lib.stride_tricks.sliding_window_view(padded, WEEK)
    mean = np.nanmean(around, axis=1)
    counted = weight * ~_shut_now(figures) * (mean > 0)
    sums = np.array([(counted * figures)[weekdays == day].sum() for day in range(WEEK)])
    bases = np.array([(counted * mean)[weekdays == day].sum() for day in range(WEEK)])
    sold = np.array([(counted * (figures > 0))[weekdays == day].sum() for day in range(WEEK)])
    seen = np.array([counted[weekdays == day].sum() for day in range(WEEK)])
    open_days = sold > SHUT * np.maximum(seen, 1e-9)
    return np.where(open_days, sums / np.maximum(bases, 1e-9), 0.0)


def _shut_now(figures: Floats) -> NDArray[np.bool_]:
    """Days inside a pause of three or more days without a sale: they say nothing of the level."""
    nothing = figures == 0
    runs = np.split(np.arange(len(figures)), np.flatnonzero(np.diff(nothing)) + 1)
    shut = np.zeros(len(figures), dtype=bool)
    for run in runs:
        if len(run) and nothing[run[0]] and len(run) >= SHUT_AS_LAST_YEAR:
            shut[run] = True
    return shut


def _last_year(figures: Floats, horizon: int) -> Floats:
    """How the same dates compared with this one a year ago, half believed; 0 where shut then."""
    start = len(figures) - YEAR
    if start < 4 * WEEK:
        return np.ones(horizon)
    shut = _shut_now(figures)
    before = np.where(shut, np.nan, figures)
    here = np.nanmean(before[start - 2 * WEEK : start])
    change = np.ones(horizon)
    for ahead in range(horizon):
        there = before[max(0, start + ahead - WEEK) : start + ahead + WEEK]
        known = np.isfinite(there).any() and here > 0
        change[ahead] = np.sqrt(np.nanmean(there) / here) if known else 1.0
    then = np.arange(start, start + horizon)
    inside = then < len(figures)
    change[inside] *= ~shut[then[inside]]
    return change


def _past_errors(
    figures: Floats, first_day: date, memory: tuple[float, float], origins: range, horizon: int
) -> tuple[Floats, Floats]:
    """Errors of each past origin (row) and day ahead, absolute and as a share of the forecast."""
    absolute = np.full((len(origins), horizon), np.nan)
    relative = np.full((len(origins), horizon), np.nan)
    for row, origin in enumerate(origins):
        expected = _points(figures[:origin], first_day, memory, horizon)
        true = figures[origin : origin + horizon]
        off = true - expected[: len(true)]
        absolute[row, : len(true)] = off
        awake = expected[: len(true)] > 0
        share = np.divide(off, expected[: len(true)], out=np.full(len(true), np.nan), where=awake)
        relative[row, : len(true)] = share
    return absolute, relative


def _bounds(relative: Floats, expected: Floats, coverage: float) -> tuple[Floats, Floats]:
    """Each week ahead has its own errors; a shop with too few of them lends from the first week."""
    tail = (1 - coverage) / 2
    low, high = expected.copy(), expected.copy()
    for first in range(0, len(expected), WEEK):
        rows = relative[:, first : first + WEEK]
        known = rows[np.isfinite(rows)]
        if len(known) < 20:
            known = relative[np.isfinite(relative)]
        size = max(len(known), 1)
        grow = min(1.0, (1 - tail) * (size + 1) / size)  # finite sample, as split conformal has it
        bounds = np.quantile(known, [1 - grow, grow]) if len(known) else np.array([-1.0, 1.0])
        week = slice(first, first + WEEK)
        low[week] = np.maximum(0, expected[week] * (1 + min(bounds[0], 0)))
        high[week] = expected[week] * (1 + max(bounds[1], 0))
    return low, high
