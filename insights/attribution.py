"""Which touchpoints led to a purchase: Markov chains, removal effect, common paths, simple rules.

Pure: paths in, figures out. The removal effect is that of Anderl, Becker, von Wangenheim and
Schumann, "Mapping the customer journey", IJRM 2016: by how much fewer paths end in a purchase when
a kind of touchpoint is taken out of the chain.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

START, PURCHASE, LOSS = "(start)", "(purchase)", "(loss)"
HALF_LIFE_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Path:
    """The kinds of touchpoints of one way, in order, and the days of each before its end.

    `count` equal ways stand for one; `value` is what all of them brought, in cents.
    """

    kinds: tuple[str, ...]
    bought: bool
    count: int = 1
    value: float = 0.0
    days_before: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """How often one kind of touchpoint was followed by another, and as what share."""

    before: str
    after: str
    count: int
    share: float


def transitions(paths: Iterable[Path]) -> list[Transition]:
    """Every step that was taken, the most frequent first; ways begin and end in brackets."""
    steps: Counter[tuple[str, str]] = Counter()
    leaving: Counter[str] = Counter()
    for path in paths:
        for before, after in _steps(path):
            steps[before, after] += path.count
            leaving[before] += path.count
    found = [Transition(a, b, count, count / leaving[a]) for (a, b), count in steps.items()]
    return sorted(found, key=lambda step: (-step.count, step.before, step.after))


def _steps(path: Path) -> Iterable[tuple[str, str]]:
    whole = (START, *path.kinds, PURCHASE if path.bought else LOSS)
    return pairwise(whole)


def conversion(steps: Sequence[Transition], without: str | None = None) -> float:
    """The chance that a way ends in a purchase; whoever would meet `without` is lost."""
    shares: dict[str, list[Transition]] = defaultdict(list)
    for step in steps:
        shares[step.before].append(step)
    places = {kind: place for place, kind in enumerate(k for k in shares if k != without)}
    if START not in places:
        return 0.0
    matrix, reward = np.eye(len(places)), np.zeros(len(places))
    for kind, place in places.items():
        for step in shares[kind]:
            if step.after == PURCHASE:
                reward[place] += step.share
            elif step.after in places:
                matrix[place, places[step.after]] -= step.share
    # A chain that can go round for ever has no single answer; the smallest one is the chance.
    return float(np.linalg.lstsq(matrix, reward, rcond=None)[0][places[START]])


def removal_effects(paths: Sequence[Path]) -> dict[str, float]:
    """For each kind, the part of all purchases that would be lost without it, from 0 to 1."""
    steps = transitions(paths)
    whole = conversion(steps)
    kinds = sorted({kind for path in paths for kind in path.kinds})
    if whole <= 0:
        return dict.fromkeys(kinds, 0.0)
    return {kind: min(1.0, max(0.0, 1 - conversion(steps, kind) / whole)) for kind in kinds}


def by_removal(paths: Sequence[Path]) -> dict[str, float]:
    """What all purchases brought, shared out in proportion to the removal effects."""
    effects = removal_effects(paths)
    total, value = sum(effects.values()), sum(path.value for path in paths if path.bought)
    return {kind: value * effect / total if total else 0.0 for kind, effect in effects.items()}


Weights = Callable[[Path], Sequence[float]]


def _last(path: Path) -> Sequence[float]:
    return [0.0] * (len(path.kinds) - 1) + [1.0]


def _first(path: Path) -> Sequence[float]:
    return [1.0] + [0.0] * (len(path.kinds) - 1)


def _linear(path: Path) -> Sequence[float]:
    return [1.0] * len(path.kinds)


def _time_decay(path: Path) -> Sequence[float]:
    """Half as much for every week before the end; by places where no times are known."""
    days = path.days_before or tuple(range(len(path.kinds) - 1, -1, -1))
    return [0.5 ** (day / HALF_LIFE_DAYS) for day in days]


RULES: dict[str, Weights] = {
    "last_touch": _last,
    "first_touch": _first,
    "linear": _linear,
    "time_decay": _time_decay,
}


def by_rule(paths: Iterable[Path], rule: str) -> dict[str, float]:
    """What each purchase brought, shared out along its path by one of RULES."""
    credit: dict[str, float] = defaultdict(float)
    for path in paths:
        if path.bought and path.kinds:
            weights = RULES[rule](path)
            for kind, weight in zip(path.kinds, weights, strict=True):
                credit[kind] += path.value * weight / sum(weights)
    return dict(credit)


def common_paths(paths: Iterable[Path], *, bought: bool, most: int = 10) -> list[Path]:
    """The ways taken most often to a purchase, or to a loss; repeats in a row told once."""
    counts: Counter[tuple[str, ...]] = Counter()
    values: Counter[tuple[str, ...]] = Counter()
    for path in paths:
        if path.bought == bought:
            kinds = tuple(k for i, k in enumerate(path.kinds) if i == 0 or k != path.kinds[i - 1])
            counts[kinds] += path.count
            values[kinds] += round(path.value)
    ranked = sorted(counts, key=lambda kinds: (-counts[kinds], kinds))[:most]
    return [Path(kinds, bought, counts[kinds], values[kinds]) for kinds in ranked]
