"""Content: products whose words are like those the customer bought; needs no other buyer."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from insights.purchases import Catalogue, Matrix, Purchases, row_scaled, strongest, sums
from insights.recommenders import texts
from insights.recommenders.base import Recommender

NEIGHBOURS = 100
MEMORY_DAYS = 120.0


class Content(Recommender):
    """Likeness of title, category and price; so a product nobody bought yet finds its customers."""

    label = _("Like what the customer bought")

    def fit(self, purchases: Purchases) -> None:
        alike = likeness(purchases.catalogue)
        np.fill_diagonal(alike, 0)
        self.fitted["likeness"] = strongest(alike, NEIGHBOURS)

    def score(self, purchases: Purchases) -> Matrix:
        memory = purchases.decayed(MEMORY_DAYS)
        weights = row_scaled(memory, 1 / np.maximum(sums(memory, 1), 1e-9))
        return (weights @ self.fitted["likeness"]).toarray()


def likeness(catalogue: Catalogue) -> Matrix:
    """Products × products from 0 to 1: alike in words, the same category, a similar price."""
    pairs = zip(catalogue.titles, catalogue.categories, strict=True)
    words = texts.vectors([f"{title} {category}" for title, category in pairs])
    alike = (words @ words.T).toarray()
    prices = np.log(np.maximum(catalogue.prices, 1))
    apart = np.abs(prices[:, None] - prices[None, :])
    return (alike * np.exp(-np.nan_to_num(apart) / 4)).astype(np.float32)
