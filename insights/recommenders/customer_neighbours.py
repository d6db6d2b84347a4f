"""Customer-kNN: what the customers with the most similar history bought lately."""

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy import sparse

from insights.purchases import Matrix, Purchases, row_scaled, strongest, sums
from insights.recommenders.base import Recommender

NEIGHBOURS = 100
MEMORY_DAYS = 60.0
MOST_CUSTOMERS = 20_000  # who are asked: those who bought last


class CustomerNeighbours(Recommender):
    """Similar customers' recent purchases, weighted by similarity; rare products tell more."""

    label = _("Bought by similar customers")

    def fit(self, purchases: Purchases) -> None:
        latest = np.argsort(purchases.last_order_age, kind="stable")[:MOST_CUSTOMERS]
        asked = purchases.of_customers(latest)
        rarity = np.log(purchases.shape[0] / np.maximum(sums(purchases.bought, 0), 1))
        self.fitted["rarity"] = rarity.astype(np.float32)
        self.fitted["taste"] = self._taste(asked)
        self.fitted["recent"] = asked.decayed(MEMORY_DAYS)
        self.fitted["ids"] = asked.customers

    def _taste(self, purchases: Purchases) -> sparse.csr_matrix:
        """Rows of length 1, so that their products are cosines."""
        taste = sparse.csr_matrix(purchases.bought @ sparse.diags(self.fitted["rarity"]))
        lengths = np.sqrt(sums(taste.multiply(taste), 1))
        return row_scaled(taste, 1 / np.maximum(lengths, 1e-9))

    def score(self, purchases: Purchases) -> Matrix:
        alike = (self.fitted["taste"] @ self._taste(purchases).T).toarray()
        alike[self.fitted["ids"][:, None] == purchases.customers[None, :]] = 0  # not oneself
        nearest = strongest(alike, NEIGHBOURS).T
        total = np.maximum(sums(nearest, 1), 1e-9)
        return (row_scaled(nearest, 1 / total) @ self.fitted["recent"]).toarray()
