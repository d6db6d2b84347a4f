"""Buy again: what customers bought before, by their own frequency and rhythm."""

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy import sparse

from insights.purchases import Matrix, Purchases
from insights.recommenders.base import Recommender

MEMORY_DAYS = 120.0
RECENT_DAYS = 30.0
SHRINK = 2.0  # intervals that a product's own rhythm needs to count as much as the shop's
WIDTH = 0.8  # how far, as a logarithm, an order may be from its day


class BuyAgain(Recommender):
    """Each product the customer had, higher when it is due by the customer's own interval.

    The interval of a customer and product is the mean of its gaps, drawn towards the product's
    mean, which is drawn towards the shop's: one purchase has no gap and is given the product's.
    """

    label = _("You buy this regularly")
    nominates = ("memory",)

    def fit(self, purchases: Purchases) -> None:
        gaps, spans = _gaps(purchases)
        shop = spans.sum() / max(float(gaps.sum()), 1) if gaps.sum() else 30.0
        of_product = np.zeros((2, purchases.shape[1]), np.float32)
        columns = purchases.times.tocoo().col
        np.add.at(of_product[0], columns, spans)
        np.add.at(of_product[1], columns, gaps)
        interval = (of_product[0] + SHRINK * shop) / (of_product[1] + SHRINK)
        self.fitted["interval"] = interval.astype(np.float32)
        repeats = of_product[1] / np.maximum(np.bincount(columns, minlength=len(interval)), 1)
        self.fitted["repeats"] = repeats.astype(np.float32)

    def score(self, purchases: Purchases) -> Matrix:
        return purchases.decayed(MEMORY_DAYS).toarray() * (0.5 + self._due(purchases))

    def evidence(self, purchases: Purchases) -> dict[str, Matrix]:
        times = purchases.times.toarray()
        return {
            "times": times,
            "memory": purchases.decayed(MEMORY_DAYS).toarray(),
            "recent": purchases.decayed(RECENT_DAYS).toarray(),
            "share": times / np.maximum(purchases.order_counts, 1)[:, None],
            "age": purchases.extreme_age(newest=True).toarray(),
            "due": self._due(purchases),
            "repeats": np.asarray(self.fitted["repeats"])[None],
            "orders": purchases.order_counts[:, None],
            "products": np.asarray(purchases.bought.sum(axis=1), np.float32),
            "away": purchases.last_order_age[:, None],
        }

    def interval(self, purchases: Purchases) -> sparse.csr_matrix:
        """Days between a customer's orders of each product they had."""
        gaps, spans = _gaps(purchases)
        expected = np.asarray(self.fitted["interval"])[purchases.times.indices]
        return _like(purchases.times, (spans + SHRINK * expected) / (gaps + SHRINK))

    def _due(self, purchases: Purchases) -> Matrix:
        """1 on the day the next order is due, falling to 0 long before and long after."""
        age = purchases.extreme_age(newest=True).data
        off = np.log(age / np.maximum(self.interval(purchases).data, 0.1)) / WIDTH
        return _like(purchases.times, np.exp(-(off**2) / 2)).toarray()


def _gaps(purchases: Purchases) -> tuple[Matrix, Matrix]:
    """Number of gaps and their days together, for each entry of `times`."""
    oldest, newest = purchases.extreme_age(newest=False), purchases.extreme_age(newest=True)
    return purchases.times.data - 1, oldest.data - newest.data


def _like(matrix: sparse.csr_matrix, values: Matrix) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (values.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape
    )
