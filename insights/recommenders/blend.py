"""The blend: how much each recommender's word counts, learned from what was bought next.

The last fifth of the history is kept aside; every recommender learns from the rest, and a logistic
regression learns from the fifth which of their products were bought. Then all learn from
everything. Never from anything later than the history given.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from insights import ranking
from insights.purchases import Ints, Matrix, Purchases
from insights.recommenders.base import Recommender

KEPT_ASIDE = 0.2
MOST_LEARNERS = 2_500  # customers whose next purchases teach the weights
CANDIDATES = 60  # of each kind of evidence
UNLIKELY = 50.0  # what a product that nothing nominates is put below those nominated
BLOCK_CELLS = 4_000_000  # customers × products held at a time
CROWDING = 0.2
SHOWN = 20  # places of a list
LEAST_BOUGHT = 50  # fewer later purchases teach nothing
SEED = 0


class Blend(Recommender):
    """A logistic regression over the logarithms of all evidence, apart for new and known products.

    Its score is the logarithm of the odds that the customer buys the product soon.
    """

    label = _("Chosen for this customer")

    def __init__(self, parts: Mapping[str, Recommender]) -> None:
        super().__init__()
        self.parts = parts

    def fit(self, purchases: Purchases) -> None:
        days = float(np.quantile(purchases.age, KEPT_ASIDE)) if len(purchases) else 0.0
        earlier, later = purchases.until(days), purchases.since(days)
        self._fit_parts(earlier)
        self._learn(earlier, later)
        self._fit_parts(purchases)
        self._measure_crowding(purchases)

    def _measure_crowding(self, purchases: Purchases) -> None:
        """What the lists of many would all show is put down a little for everybody.

        Few products gain most places (popular ones doubly: by sales and by neighbours). The
        logarithm of how often a product is shown is taken off, twice over, until the lists differ.
        """
        self.fitted["crowding"] = np.zeros(purchases.shape[1], np.float32)
        latest = np.argsort(purchases.last_order_age, kind="stable")[:MOST_LEARNERS]
        asked = purchases.of_customers(latest)
        if not len(asked):
            return
        unknown = np.where(asked.bought.toarray() > 0, -np.inf, self.score(asked))
        for _again in range(2):
            lists = ranking.best(unknown - self.fitted["crowding"], SHOWN)
            shown = np.bincount(lists.ravel(), minlength=purchases.shape[1])
            often = 1_000 * shown / len(latest)
            self.fitted["crowding"] = (CROWDING * np.log1p(often)).astype(np.float32)

    def _fit_parts(self, purchases: Purchases) -> None:
        for part in self.parts.values():
            part.fit(purchases)

    def _learn(self, earlier: Purchases, later: Purchases) -> None:
        """Weights from examples: what was said of candidates, and which of them were bought."""
        found = [
            self._examples(earlier.of_customers(rows), later.of_customers(rows))
            for rows in blocks(_learners(earlier, later), earlier.shape[1])
        ]
        labels = np.concatenate([bought for _, bought in found]) if found else np.zeros(0)
        if labels.sum() < LEAST_BOUGHT or labels.all():
            self._use_defaults(earlier)
            return
        table = np.concatenate([said for said, _ in found])
        self._set_scale(table)
        design = self._design(table)
        middle, spread = design.mean(axis=0), design.std(axis=0) + 1e-6
        model = LogisticRegression(C=0.01, max_iter=200, tol=1e-3)
        model.fit((design - middle) / spread, labels)
        weights = (model.coef_[0] / spread).astype(np.float32)
        self.fitted["intercept"] = model.intercept_ - weights @ middle
        if labels[table[:, -1] > 0].sum() < LEAST_BOUGHT:
            # Who buys only what they had teaches nothing about new products.
            count = len(self.fitted["scale"])
            weights[count:-1] = self._trusted(earlier) - weights[:count]
        self.fitted["weights"] = weights

    def _use_defaults(self, purchases: Purchases) -> None:
        """Nobody came back yet: believe a few voices alike."""
        trusted = self._trusted(purchases)
        self.fitted["scale"] = np.full(len(trusted), 0.01, np.float32)
        self.fitted["weights"] = np.append(trusted, np.zeros(len(trusted) + 1, np.float32))
        self.fitted["intercept"] = np.zeros(1)

    def _trusted(self, purchases: Purchases) -> Matrix:
        """1 for each kind of evidence that may nominate, 0 for the others."""
        names = self._evidence(purchases.of_customers(np.arange(0)))
        return np.array([name in self._nominating for name in names], np.float32)

    def _examples(self, known: Purchases, later: Purchases) -> tuple[Matrix, Matrix]:
        """The table of evidence for each candidate, and 1 where it was bought later."""
        said = self._evidence(known)
        new = known.bought.toarray() == 0
        rows, columns = np.nonzero(self._candidates(said, new))
        cells = [np.broadcast_to(each, known.shape)[rows, columns] for each in said.values()]
        table = np.column_stack([*cells, new[rows, columns]]).astype(np.float32)
        return table, np.asarray(later.bought[rows, columns]).ravel()

    def _evidence(self, purchases: Purchases) -> dict[str, Matrix]:
        return {
            f"{name}.{what}": value
            for name, part in self.parts.items()
            for what, value in part.evidence(purchases).items()
        }

    @property
    def _nominating(self) -> set[str]:
        return {f"{name}.{what}" for name, part in self.parts.items() for what in part.nominates}

    def _candidates(self, said: Mapping[str, Matrix], new: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What the customer had, and the new products that the nominating evidence puts first."""
        chosen, rows = ~new, np.arange(len(new))[:, None]
        most = min(CANDIDATES, new.shape[1])
        for name in sorted(self._nominating & said.keys()):
            cells = np.where(new, np.broadcast_to(said[name], new.shape), 0)
            first = np.argpartition(-cells, most - 1, axis=1)[:, :most]
            chosen[rows, first] |= cells[rows, first] > 0
        return chosen

    def _set_scale(self, table: Matrix) -> None:
        """What is too small to matter, for each kind of evidence: logarithms begin there."""
        usual = [
            np.quantile(column[column > 0], 0.9, axis=0) if (column > 0).any() else 1.0
            for column in table[:, :-1].T
        ]
        self.fitted["scale"] = np.array(usual, np.float32) / 10

    def _design(self, table: Matrix) -> Matrix:
        """Logarithms of the evidence, the same for new products only, and being new."""
        logs = np.log(np.maximum(table[:, :-1], 0) + self.fitted["scale"])
        new = table[:, -1:]
        return np.hstack([logs, logs * new, new])

    def score(self, purchases: Purchases) -> Matrix:
        found = [
            self._score_block(purchases.of_customers(rows))
            for rows in blocks(np.arange(purchases.shape[0]), purchases.shape[1])
        ]
        return np.concatenate(found) if found else np.zeros(purchases.shape, np.float32)

    def _score_block(self, purchases: Purchases) -> Matrix:
        new = purchases.bought.toarray() == 0
        weights, scale = np.asarray(self.fitted["weights"]), np.asarray(self.fitted["scale"])
        of_known, of_new = weights[: len(scale)], weights[len(scale) : -1]
        evidence = self._evidence(purchases)
        total = np.float32(self.fitted["intercept"][0]) + weights[-1] * new
        total -= np.asarray(self.fitted["crowding"]) * new
        for value, least, a, b in zip(evidence.values(), scale, of_known, of_new, strict=True):
            said = np.log(np.maximum(value, 0) + least)
            total += a * said + (b * said) * new
        total -= UNLIKELY * ~self._candidates(evidence, new)
        for part in self.parts.values():
            total = part.overrule(total, purchases)
        return total


def _learners(earlier: Purchases, later: Purchases) -> Ints:
    """Rows of customers who were known and came back: a fair draw of at most MOST_LEARNERS."""
    back = np.intersect1d(np.unique(earlier.row), np.unique(later.row))
    if len(back) > MOST_LEARNERS:
        back = np.random.default_rng(SEED).choice(back, MOST_LEARNERS, replace=False)
    return np.sort(back)


def blocks(rows: Ints, width: int) -> Iterator[Ints]:
    """Rows in groups whose matrix of `width` columns fits in memory."""
    size = max(1, BLOCK_CELLS // max(width, 1))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
