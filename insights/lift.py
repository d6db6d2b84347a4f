"""What a treatment brought beside a holdout: intervals that may be looked at every day.

Pure: numbers in, a named result out. An arm is given by its sums, which one SQL statement makes of
a million customers. Sources: asymptotic confidence sequences, Waudby-Smith et al., "Time-uniform
central limit theory" (2021), with the normal mixture of Robbins (1970); CUPED, Deng et al. (2013);
sequential test of the split, Lindon & Malek (2020).
"""

from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

LEVEL = 0.95
LEAST_CUSTOMERS, LEAST_EVENTS = 100, 10  # in each arm; with fewer, sums are not yet normal
TIGHTEST_AT = 500  # customers in the smaller arm at which the interval is tightest
SPLIT_ALARM = 1_000  # odds against a fair split at which to raise the alarm
SPLIT_PRIOR = 100  # as if so many customers had been seen split as intended
MOST_WEEKS = 104


@dataclass(frozen=True)
class Sums:
    """One arm: how many customers, sums of the outcome y and of a covariate x known before entry.

    `events` counts the customers whose outcome is not zero.
    """

    n: int = 0
    events: int = 0
    y: float = 0
    yy: float = 0
    x: float = 0
    xx: float = 0
    xy: float = 0

    def __add__(self, other: "Sums") -> "Sums":
        mine, theirs = vars(self).values(), vars(other).values()
        return Sums(*(a + b for a, b in zip(mine, theirs, strict=True)))

    @property
    def mean(self) -> float:
        """The mean outcome; 0 without customers."""
        return self.y / self.n if self.n else 0.0

    @property
    def covariate_mean(self) -> float:
        return self.x / self.n if self.n else 0.0

    def spread(self, slope: float = 0.0) -> float:
        """The sum of squares of y - slope * x around its mean."""
        if not self.n:
            return 0.0
        squares = self.yy - 2 * slope * self.xy + slope**2 * self.xx
        total = self.y - slope * self.x
        return max(0.0, squares - total**2 / self.n)


@dataclass(frozen=True)
class Lift:
    """The difference of the arms' means with an interval that holds at every look at once.

    In the outcome's unit a customer. `adjusted_away` is the share of the variance that the
    covariate explained. While `enough` is false the interval is not to be trusted, nor shown.
    """

    value: float
    low: float
    high: float
    enough: bool
    relative: float | None
    adjusted_away: float

    @property
    def is_proved(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.enough and (self.low > 0 or self.high < 0)


UNKNOWN = Lift(
    value=0.0,
    low=float("-inf"),
    high=float("inf"),
    enough=False,
    relative=None,
    adjusted_away=0.0,
)


def lift(treated: Sums, held_out: Sums, *, level: float = LEVEL) -> Lift:
    """Treated minus held out, adjusted by the covariate where that narrows the interval."""
    if not treated.n or not held_out.n:
        return UNKNOWN
    slope = _slope(treated, held_out)
    shift = slope * (treated.covariate_mean - held_out.covariate_mean)
    value = treated.mean - held_out.mean - shift
    variance = _variance(treated, held_out, slope)
    half = sqrt(variance) * _width(_effective(treated.n, held_out.n), level)
    plain = _variance(treated, held_out, 0.0)
    return Lift(
        value=value,
        low=value - half,
        high=value + half,
        enough=is_enough(treated) and is_enough(held_out),
        relative=value / held_out.mean if held_out.mean > 0 else None,
        adjusted_away=1 - variance / plain if plain else 0.0,
    )


def is_enough(arm: Sums) -> bool:
    """Whether an arm is large enough for its mean to behave."""
    return arm.n >= LEAST_CUSTOMERS and arm.events >= LEAST_EVENTS


def _slope(treated: Sums, held_out: Sums) -> float:
    """How much y goes up with x inside the arms; 0 where x does not vary."""
    across = sum(arm.xy - arm.x * arm.y / arm.n for arm in (treated, held_out))
    along = sum(arm.xx - arm.x**2 / arm.n for arm in (treated, held_out))
    return across / along if along > 1e-9 else 0.0


def _variance(treated: Sums, held_out: Sums, slope: float) -> float:
    """The variance of the difference of the means.

    No arm counts as less spread than both together: an event that the small arm has not seen yet
    is no proof that it cannot happen there.
    """
    spreads = [arm.spread(slope) for arm in (treated, held_out)]
    pooled = sum(spreads) / max(1, treated.n + held_out.n - 2)
    return sum(
        max(spread / max(1, arm.n - 1), pooled) / arm.n
        for spread, arm in zip(spreads, (treated, held_out), strict=True)
    )


def _effective(treated: int, held_out: int) -> float:
    return treated * held_out / (treated + held_out)


def _width(size: float, level: float) -> float:
    """Half the interval in standard errors; 3 at its tightest, where one single look needs 2."""
    miss = 1 - level
    rho = (-2 * log(miss) + log(-2 * log(miss)) + 1) / TIGHTEST_AT
    grown = size * rho
    return sqrt(2 * (grown + 1) / grown * log(sqrt(grown + 1) / miss))


def weeks_left(treated: Sums, held_out: Sums, *, weeks_so_far: float) -> int | None:
    """Weeks until the lift seen so far would be proved, or until there are enough customers.

    Takes customers to go on coming at the same pace. None when it would take over two years.
    """
    seen = lift(treated, held_out)
    if seen.is_proved or not treated.n or not held_out.n or weeks_so_far <= 0:
        return 0 if seen.is_proved else None
    size, half = _effective(treated.n, held_out.n), seen.high - seen.value
    standard = half / _width(size, LEVEL)
    for week in range(1, MOST_WEEKS + 1):
        factor = (weeks_so_far + week) / weeks_so_far
        grown = [_grown(arm, factor) for arm in (treated, held_out)]
        narrow = standard / sqrt(factor) * _width(size * factor, LEVEL) < abs(seen.value)
        if all(map(is_enough, grown)) and (narrow or not seen.enough):
            return week
    return None


def _grown(arm: Sums, factor: float) -> Sums:
    return Sums(n=int(arm.n * factor), events=int(arm.events * factor))


def split_odds(treated: int, held_out: int, *, held_out_fraction: float) -> float:
    """How many times likelier another split than the intended one is; may be watched all the time.

    Above SPLIT_ALARM something loses customers from one arm: no lift should be believed.
    """
    if not 0 < held_out_fraction < 1:
        return 1.0
    own, rest = SPLIT_PRIOR * held_out_fraction, SPLIT_PRIOR * (1 - held_out_fraction)
    odds = (
        _log_beta(own + held_out, rest + treated)
        - _log_beta(own, rest)
        - held_out * log(held_out_fraction)
        - treated * log(1 - held_out_fraction)
    )
    return exp(min(odds, 700.0))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
