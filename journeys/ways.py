"""The ways to a purchase and to a loss, measured from touchpoints, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import now

from insights import purchase_paths
from insights.attribution import (
    LOSS,
    PURCHASE,
    START,
    Path,
    common_paths,
    removal_effects,
    transitions,
)
from segments import touchpoint_words
from shops.models import Shop

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Way:
    """Touchpoints in order, how many customers went this way, as a share of all such ways."""

    steps: list[str]
    count: int
    share: float
    cents: int


@dataclass(frozen=True, slots=True)
class Met:
    """A kind of touchpoint: the ways that met it, the share of purchases that would be lost
    without it, and what follows it most often besides itself."""

    kind: str
    count: int
    lost: float
    next: str
    next_share: float


@dataclass(frozen=True, slots=True)
class Ways:
    """What a shop's customers met before they ordered or went silent."""

    bought: int
    lost: int
    to_purchase: list[Way]
    to_loss: list[Way]
    met: list[Met]


def measure(shop: Shop, days: int) -> Ways:
    """Of the ways that ended in the last days."""
    paths = purchase_paths.read(shop, now() - timedelta(days=days), now())
    ended = {bought: sum(p.count for p in paths if p.bought is bought) for bought in (True, False)}
    return Ways(
        bought=ended[True],
        lost=ended[False],
        to_purchase=_common(paths, bought=True, whole=ended[True]),
        to_loss=_common(paths, bought=False, whole=ended[False]),
        met=_met(paths),
    )


def _common(paths: Sequence[Path], *, bought: bool, whole: int) -> list[Way]:
    return [
        Way([touchpoint_words.done(k) for k in p.kinds], p.count, p.count / whole, round(p.value))
        for p in common_paths(paths, bought=bought, most=SHOWN)
    ]


def _met(paths: Sequence[Path]) -> list[Met]:
    """The kinds of touchpoints, those that most purchases hang on first."""
    after = {}
    for step in reversed(transitions(paths)):  # the most frequent last, so that it stays
        if step.before not in {START, step.after}:
            after[step.before] = step
    found = []
    for kind, lost in removal_effects(paths).items():
        count = sum(path.count for path in paths if kind in path.kinds)
        step = after[kind]
        following = step.after if step.after in {PURCHASE, LOSS} else ""
        words = following or touchpoint_words.done(step.after)
        found.append(Met(touchpoint_words.done(kind), count, lost, words, step.share))
    return sorted(found, key=lambda one: (-one.lost, -one.count))
