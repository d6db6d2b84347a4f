"""From scores to lists: which products, in which order, and why each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights import ranking
from insights.purchases import Ints, Matrix, Purchases
from insights.recommenders.blend import Blend

KINDS = ("new", "again", "all")  # never had; had before; both
LIST_LENGTH = 40  # twice what is shown: some will be sold out when it is read
LEAST_WEIGHT = 0.01  # of EASE; less explains nothing
LEAST_LIKENESS = 0.2
FRESH_DAYS, FRESH_PLACE = 30.0, 9  # one of the first ten places is for something newly sold
LEAST_FIT = -30.0  # logarithm of the odds; what nothing nominated is below
ALIKE_COSTS = 0.5  # logarithm of the odds that a product loses for being like one further up
REGULAR = 2  # orders of a product that make a rhythm


@dataclass(frozen=True)
class Lists:
    """For each customer and kind the items, best first: product, score and why."""

    customers: list[int]
    kinds: list[str]
    items: list[list[dict[str, Any]]]


def choose(blend: Blend, purchases: Purchases, penalty: Matrix, returns: Matrix) -> Lists:
    """Every kind of list for these customers. `penalty` is taken off each product's score.

    `returns` is how likely each customer sends each product back; it is kept beside the item.
    """
    scores = blend.score(purchases) - penalty
    had = purchases.bought.toarray() > 0
    why = Reasons(blend, purchases)
    found = Lists([], [], [])
    for kind in KINDS:
        allowed = only(kind, scores, had)
        for row, chosen in enumerate(columns(kind, allowed, blend)):
            left = chosen[allowed[row, chosen] > -np.inf]
            found.customers.append(int(purchases.customers[row]))
            found.kinds.append(kind)
            items = why.items(row, left, scores[row])
            for item, column in zip(items, left, strict=True):
                item["returns"] = round(float(returns[row, column]), 3)
            found.items.append(items)
    return found


def only(kind: str, scores: Matrix, had: NDArray[np.bool_]) -> Matrix:
    """The scores of the products that may stand in a list of this kind; -inf for the others."""
    if kind == "all":
        return scores
    return np.where(had if kind == "again" else ~had, scores, -np.inf)


def columns(kind: str, allowed: Matrix, blend: Blend) -> Ints:
    """The best products of each row, LIST_LENGTH or all there are.

    New ones differ in words: of five colours of a cup one comes first. One of the first ten is
    new to the shop, where any fits.
    """
    content, popularity = blend.parts.get("content"), blend.parts.get("popularity")
    if kind != "new" or content is None:
        return ranking.best(allowed, LIST_LENGTH)
    alike = content.fitted["likeness"]
    lists = ranking.diverse(allowed, LIST_LENGTH, alike, price=ALIKE_COSTS)
    if popularity is not None and lists.shape[1] > FRESH_PLACE:
        _let_in_fresh(lists, allowed, np.asarray(popularity.fitted["age"]) < FRESH_DAYS)
    return lists


def _let_in_fresh(lists: Ints, allowed: Matrix, fresh: NDArray[np.bool_]) -> None:
    first = ranking.best(np.where(fresh, allowed, -np.inf), 1)[:, 0]
    rows = np.arange(len(lists))
    wanted = (allowed[rows, first] > LEAST_FIT) & fresh[first]
    wanted &= ~(lists[:, : FRESH_PLACE + 1] == first[:, None]).any(axis=1)
    moved = lists[wanted]
    moved[:, FRESH_PLACE + 1 :] = moved[:, FRESH_PLACE:-1]
    moved[:, FRESH_PLACE] = first[wanted]
    lists[wanted] = moved


class Reasons:
    """Says why a product is in a customer's list: a word of WORDS and what it is about."""

    def __init__(self, blend: Blend, purchases: Purchases) -> None:
        self.parts, self.purchases = blend.parts, purchases
        self.interval = (
            self.parts["buy_again"].interval(purchases)  # type: ignore[attr-defined]
            if "buy_again" in self.parts
            else None
        )
        self.goes_with = {
            (first, rule.product)
            for rule in purchases.catalogue.rules
            if rule.kind == "goes_with"
            for first in rule.first
        }

    def items(self, row: int, columns: Ints, scores: Matrix) -> list[dict[str, Any]]:
        """What is stored for each column."""
        ids = self.purchases.catalogue.ids
        had = self.purchases.bought[row].indices
        best = {
            name: self._strongest(name, had, columns)
            for name in ("ease", "content")
            if name in self.parts and len(had) and len(columns)
        }
        return [
            {
                "product": int(ids[column]),
                "score": round(float(scores[column]), 3),
                **self._why(row, place, column, had, best),
            }
            for place, column in enumerate(columns)
        ]

    def _strongest(self, name: str, had: Ints, columns: Ints) -> tuple[Ints, Matrix]:
        """For each column the product of those bought that speaks most for it, and how much."""
        learned = self.parts[name].fitted
        table = learned["weights"] if name == "ease" else learned["likeness"]
        weights = table[had][:, columns]
        weights = weights if isinstance(weights, np.ndarray) else weights.toarray()
        first = weights.argmax(axis=0)
        return had[first], weights[first, np.arange(len(columns))]

    def _why(
        self, row: int, place: int, column: int, had: Ints, best: dict[str, tuple[Ints, Matrix]]
    ) -> dict[str, Any]:
        ids = self.purchases.catalogue.ids
        if column in had:
            return self._again(row, column)
        for owned in had:
            if (int(ids[owned]), int(ids[column])) in self.goes_with:
                return {"why": "goes_with", "of": int(ids[owned])}
        for name, word, least in (
            ("ease", "because", LEAST_WEIGHT),
            ("content", "like", LEAST_LIKENESS),
        ):
            if name in best and best[name][1][place] >= least:
                return {"why": word, "of": int(ids[best[name][0][place]])}
        return {"why": "popular"}

    def _again(self, row: int, column: int) -> dict[str, Any]:
        if self.interval is None or self.purchases.times[row, column] < REGULAR:
            return {"why": "had"}
        return {"why": "again", "days": max(1, round(float(self.interval[row, column])))}
