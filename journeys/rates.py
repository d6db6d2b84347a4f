"""Fractions with their intervals, and quartiles of counted bands. Pure.

Sources: Wilson, "Probable inference" (1927); Newcombe, "Interval estimation for the difference
between independent proportions" (1998), method 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # 95 %
LEAST = 30  # with fewer stays a rate is shown, but nothing is concluded from it


@dataclass(frozen=True)
class Rate:
    """So many of so many, with a 95 % interval; without any the interval is everything."""

    count: int
    of: int
    value: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        return self.of >= LEAST


@dataclass(frozen=True)
class Difference:
    """One rate less another, with a 95 % interval; `clear` when it does not hold zero."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Quartiles:
    """A quarter, half and three quarters took at most so many days."""

    lower: float
    median: float
    upper: float


def rate(count: int, of: int) -> Rate:
    """The fraction with Wilson's interval."""
    if of <= 0:
        return Rate(count, of, 0.0, 0.0, 1.0)
    share, square = count / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Rate(count, of, share, max(0.0, middle - half), min(1.0, middle + half))


def difference(one: Rate, other: Rate) -> Difference:
    """One less the other, by Newcombe's interval: the two are taken to be independent."""
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Difference(value, value - below, value + above)


def band(days: float) -> int:
    """The lower bound of the band that a stay of so many days is counted in; see BAND."""
    if days < 100:
        return int(days)
    if days < 366:
        return 100 + 7 * int((days - 100) / 7)
    return 366 + 30 * int((days - 366) / 30)


# The same in SQL, over the days {0}.
BAND = """CASE WHEN {0} < 100 THEN floor({0}) WHEN {0} < 366 THEN 100 + 7 * floor(({0} - 100) / 7)
    ELSE 366 + 30 * floor(({0} - 366) / 30) END::int"""


def width(lower: int) -> int:
    return 1 if lower < 100 else 7 if lower < 366 else 30


def quartiles(bands: Mapping[int, int]) -> Quartiles | None:
    """The quartiles of counted bands, each taken to be filled evenly; None without any."""
    total = sum(bands.values())
    if not total:
        return None
    found, passed, wanted = [], 0, [total / 4, total / 2, 3 * total / 4]
    for lower, count in sorted(bands.items()):
        while wanted and passed + count >= wanted[0]:
            found.append(lower + width(lower) * (wanted.pop(0) - passed) / count)
        passed += count
    return Quartiles(*found)
