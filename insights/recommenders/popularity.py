"""What sells: now, lately and always, in the shop and among the customer's kind."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights.purchases import Matrix, Purchases, sums
from insights.recommenders.base import Recommender

SPANS = (7.0, 30.0, 90.0, 365.0)  # days after which a sale counts 1/e
SHRINK = 200.0  # sales that a group needs before its own taste counts as much as the shop's


class Popularity(Recommender):
    """Buyers per product, the recent ones counting more; a group's own taste where it is known."""

    label = _("Sells well")
    nominates = ("sales_7", "sales_30", "groups")

    def fit(self, purchases: Purchases) -> None:
        for days in SPANS:
            self.fitted[f"sales_{days:.0f}"] = sums(purchases.decayed(days), 0)
        self.fitted["groups"] = self._by_group(purchases)
        self.fitted["age"] = _since_first_sale(purchases)

    def _by_group(self, purchases: Purchases) -> Matrix:
        """Share of sales by group and product, shrunk towards the shop's."""
        count = int(purchases.groups.max(initial=0)) + 1
        sales = np.zeros((count, purchases.shape[1]), np.float32)
        recent = np.exp(-purchases.age / np.float32(30))
        np.add.at(sales, (purchases.groups[purchases.row], purchases.column), recent)
        overall = sales.sum(axis=0) / max(float(sales.sum()), 1e-9)
        shrunk = (sales + SHRINK * overall) / (sales.sum(axis=1, keepdims=True) + SHRINK)
        return shrunk.astype(np.float32)

    def score(self, purchases: Purchases) -> Matrix:
        shares: Matrix = self.fitted["groups"]
        return shares[np.minimum(purchases.groups, len(shares) - 1)]

    def evidence(self, purchases: Purchases) -> dict[str, Matrix]:
        found = {name: np.asarray(self.fitted[name])[None] for name in self.fitted}
        return {**found, "groups": self.score(purchases)}


def _since_first_sale(purchases: Purchases) -> Matrix:
    ages = np.zeros(purchases.shape[1], np.float32)
    np.maximum.at(ages, purchases.column, purchases.age)
    return ages
