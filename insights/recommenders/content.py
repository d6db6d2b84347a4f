"""Content: products whose words are like those the customer bought; needs no other buyer.

What nobody bought yet is known by its text alone, so there the meaning counts beside the words:
the encoder finds a beaker for who bought mugs. Its likeness is squared: only the close ones count.
Where there are buyers, words were as good as both.
"""

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

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
        unbought = sums(purchases.bought, 0) == 0
        meant = closeness(purchases.catalogue.vectors, unbought)
        alike[:, unbought] = np.minimum(1, alike[:, unbought] + meant)
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


def closeness(vectors: Matrix | None, chosen: NDArray[np.bool_]) -> Matrix:
    """All products × those chosen, from 0 to 1: alike in meaning; 0 where a text was not read.

    What the shop's products have in common, their mean, is taken off first.
    """
    if vectors is None or not vectors.any():
        return np.zeros((len(chosen), int(chosen.sum())), np.float32)
    was_read = np.abs(vectors).sum(axis=1) > 0
    apart = (vectors - vectors[was_read].mean(axis=0)) * was_read[:, None]
    apart /= np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.maximum(apart @ apart[chosen].T, 0) ** 2, np.float32)
