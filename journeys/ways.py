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
    Transition,
    common_paths,
    removal_effects,
    transitions,
)
from segments import touchpoint_words
from shops.models import Shop

DAYS = (30, 90, 365)  # back from now, that may be asked for
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Way:
    """Touchpoints in order, how many customers went this way, as a share of all such ways."""

    kinds: tuple[str, ...]
    steps: list[str]  # in words
    count: int
    share: float
    cents: int


@dataclass(frozen=True, slots=True)
class Met:
    """A kind of touchpoint: the ways that met it, the share of purchases that would be lost
    without it, and what follows it most often besides itself."""

    kind: str
    name: str
    count: int
    lost: float
    next_kind: str
    next_name: str
    next_share: float


@dataclass(frozen=True, slots=True)
class Ways:
    """What a shop's customers met before they ordered or went silent.

    `unseen` orders came with nothing known before them.
    """

    days: int
    bought: int
    lost: int
    unseen: int
    to_purchase: list[Way]
    to_loss: list[Way]
    met: list[Met]
    steps: list[Transition]


def measure(shop: Shop, days: int) -> Ways:
    """Of the ways that ended in the last days."""
    until = now()
    since = until - timedelta(days=days)
    paths = purchase_paths.read(shop, since, until)
    ended = {bought: sum(p.count for p in paths if p.bought is bought) for bought in (True, False)}
    ordered = purchase_paths.orders(shop, since, until)
    return Ways(
        days=days,
        unseen=max(0, ordered - ended[True]),
        bought=ended[True],
        lost=ended[False],
        to_purchase=_common(paths, bought=True, whole=ended[True]),
        to_loss=_common(paths, bought=False, whole=ended[False]),
        met=_met(paths),
        steps=transitions(paths),
    )


def _common(paths: Sequence[Path], *, bought: bool, whole: int) -> list[Way]:
    return [
        Way(
            p.kinds,
            [touchpoint_words.done(k) for k in p.kinds],
            p.count,
            p.count / whole,
            round(p.value),
        )
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
        is_end = step.after in {PURCHASE, LOSS}
        words = "" if is_end else touchpoint_words.done(step.after)
        found.append(
            Met(kind, touchpoint_words.done(kind), count, lost, step.after, words, step.share)
        )
    return sorted(found, key=lambda one: (-one.lost, -one.count))
