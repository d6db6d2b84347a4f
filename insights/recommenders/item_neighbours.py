"""Item-kNN: products that the same customers buy (cosine of their buyers)."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights.purchases import Matrix, Purchases, strongest, sums
from insights.recommenders.base import Recommender

NEIGHBOURS = 50
MEMORY_DAYS = 120.0


class ItemNeighbours(Recommender):
    """The neighbours of what the customer bought, recent purchases counting more."""

    label = _("Often bought by the same customers")

    def fit(self, purchases: Purchases) -> None:
        bought = purchases.bought
        together = (bought.T @ bought).toarray()
        buyers = np.sqrt(np.maximum(sums(bought, 0), 1))
        together /= np.outer(buyers, buyers)
        np.fill_diagonal(together, 0)
        self.fitted["similarity"] = strongest(together, NEIGHBOURS)

    def score(self, purchases: Purchases) -> Matrix:
        return (purchases.decayed(MEMORY_DAYS) @ self.fitted["similarity"]).toarray()
