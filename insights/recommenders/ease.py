"""EASE: the linear model that best rebuilds every basket from its other products.

Closed form of Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019. Its cost
follows the catalogue, not the customers: 5,000 products need 300 MB and some ten seconds.
"""

import numpy as np
from django.utils.translation import gettext_lazy as _
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from insights.purchases import Matrix, Purchases
from insights.recommenders.base import Recommender

RIDGE = 250.0  # weak evidence counts little; between 100 and 1,000 it hardly matters


class Ease(Recommender):
    """Weights between products, learned jointly: what is explained by one is not counted twice."""

    label = _("Fits what the customer bought")

    def fit(self, purchases: Purchases) -> None:
        bought = purchases.bought
        gram = (bought.T @ bought).toarray()
        gram[np.diag_indices_from(gram)] += RIDGE
        inverse = _inverse(gram)
        inverse /= -np.diag(inverse).copy()
        np.fill_diagonal(inverse, 0)
        self.fitted["weights"] = inverse

    def score(self, purchases: Purchases) -> Matrix:
        return np.asarray(purchases.bought @ self.fitted["weights"])


def _inverse(matrix: Matrix) -> Matrix:
    """Of a symmetric positive definite matrix, by Cholesky: half the work of any other."""
    with threadpool_limits(1):  # more threads wait for each other where others work too
        factor, fault = lapack.spotrf(matrix, lower=1)
        half, fault = lapack.spotri(factor, lower=1)
    if fault:
        raise np.linalg.LinAlgError(f"the matrix of purchases cannot be inverted ({fault})")
    lower = np.tril(half)
    return lower + np.tril(half, -1).T
