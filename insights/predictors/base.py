"""What a predictor must offer to be trained, judged, registered and explained."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from insights import features
from insights.features import Floats, Table
from shops.models import Shop

BANDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Early:
    """An estimate from little, drawn towards the usual, with the range that holds 8 times of 10."""

    said: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Lesson:
    """What was known of some customers, and what came of it."""

    table: Table
    truth: Floats


class Scorer(ABC):
    """Answers a question about customers by a number, and says what the answer rests on.

    `kind` is "chance" (0 to 1), "amount", "money" (units of the shop's currency), "days", "hour" or
    "gain" (per unit of money spent). What was learned is plain JSON.
    """

    name: str
    question: Promise | str
    kind: str = "chance"
    features: Mapping[str, Any] = features.FEATURES
    at_once = False  # scored as soon as the customer was seen, not only at night

    def reader(self) -> Any:
        """The same for scorers that read the same of everybody, so that it is read once."""
        return type(self).read

    @abstractmethod
    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        """What was known at the moment of everybody it speaks about, or of some."""

    @abstractmethod
    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        """The answer for every row."""

    @abstractmethod
    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """How much each feature (column) raises or lowers each row's answer."""

    def early(self, learned: dict[str, Any], table: Table) -> Early:
        """An answer from the first customer on, where it has one."""
        raise NotImplementedError

    def early_terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """The same as `terms` for an estimate from little."""
        return against_usual(lambda of: self.early(learned, of).said, table, learned["usual"])

    def value(self, said: Floats) -> Floats:
        """The number that is written to the profile."""
        return said

    def bands(self, learned: dict[str, Any], table: Table, said: Floats) -> list[str]:
        """Where each answer stands among those of training: up to the 5th tenth, 8th, above."""
        cuts = [learned["tenths"][4], learned["tenths"][7]]
        return [BANDS[place] for place in np.searchsorted(cuts, said)]

    def also(self, learned: dict[str, Any], table: Table, said: Floats) -> dict[str, Floats]:
        """Further scores that follow from the answer, by name."""
        return {}


class Predictor(Scorer):
    """A question that time answers; learned per shop.

    A chance is judged by AUC, an amount or days by root mean squared error, an hour by how likely
    it made what happened.
    """

    horizon_days: int
    baseline_name: Promise
    method = ""  # the way to the answer, where it has challengers
    method_name: Promise | str = ""
    fewest = 200  # rows in each of the two windows
    too_few = _("%(have)d of %(need)d buyers so far")

    @abstractmethod
    def truth(self, shop: Shop, table: Table) -> Floats:
        """What came in the horizon after; NaN where the question did not arise."""

    @abstractmethod
    def baseline(self, table: Table) -> Floats:
        """The trivial answer it must beat."""

    @abstractmethod
    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        """What is learned, as plain numbers."""

    def fit_beside(
        self, known: Mapping[str, dict[str, Any]], table: Table, label: Floats
    ) -> dict[str, Any]:
        """The same, given what the ways before it have learned from the same rows, by method."""
        return self.fit(table, label)

    @abstractmethod
    def fit_early(self, lesson: Lesson, now: Table) -> dict[str, Any]:
        """What an estimate from little needs; there may be nothing to learn from at all."""

    @abstractmethod
    def early(self, learned: dict[str, Any], table: Table) -> Early:
        """An answer from the first customer on."""

    def lesson(self, shop: Shop, at: datetime) -> Lesson:
        """What the horizon after the moment teaches."""
        table = self.read(shop, at)
        truth = self.truth(shop, table)
        known = np.isfinite(truth if truth.ndim == 1 else truth.sum(axis=1))
        return Lesson(table.rows(known), truth[known])

    def window_of(self, at: datetime, number: int) -> datetime:
        """The moment so many horizons ago."""
        return at - number * timedelta(days=self.horizon_days)


def against_usual(
    say: Callable[[Table], Floats], table: Table, usual: Mapping[str, float]
) -> Floats:
    """How far each feature moves each row's answer from what it would be at its usual value."""
    said, found = say(table), np.zeros_like(table.matrix)
    for name, value in usual.items():
        place = list(table.features).index(name)
        instead = table.matrix.copy()
        instead[:, place] = value
        found[:, place] = said - say(Table(table.at, table.customers, instead, table.features))
    return found


def usual(table: Table) -> dict[str, float]:
    """The median of every feature; NaN counts for nothing."""
    middle = np.nanmedian(table.matrix, axis=0) if len(table.matrix) else table.matrix.sum(axis=0)
    return dict(zip(table.features, middle.tolist(), strict=True))


class OfBuyers(Predictor):
    """Asked of everybody who ordered; the truth is how many orders followed."""

    def read(self, shop: Shop, at: datetime, customers: list[int] | None = None) -> Table:
        return features.read(shop, at, customers)

    def truth(self, shop: Shop, table: Table) -> Floats:
        return self.label(features.orders_after(shop, table, self.horizon_days))

    def label(self, followed: Floats) -> Floats:
        """The truth, from how many orders followed in the horizon."""
        return followed
