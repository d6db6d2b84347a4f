"""K-means, made repeatable: pure functions from a matrix to clusters."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

SEED = 0
FIT_ROWS = 50_000  # a fit on a sample and a prediction for all costs 0.2 % more inertia
JUDGE_ROWS = 2_000  # the silhouette is quadratic in the rows
CANDIDATES = range(3, 9)  # two clusters say no more than "good" and "less good"

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """A label per row; centres (cluster × feature) and inertia in the features' own units."""

    labels: Labels
    centres: Matrix
    inertia: float


def cluster(matrix: Matrix, *, k: int, standardise: bool = True) -> Clusters:
    """K-means (Lloyd, ten starts) of the rows into k clusters, the same ones every time.

    Fewer where fewer rows differ. Features are standardised so that none weighs more for its unit.
    Cluster 0 has the highest centre (mean of its standardised coordinates), and so on down.
    """
    scaler = StandardScaler().fit(matrix)
    scaled = scaler.transform(matrix)
    space = scaled if standardise else matrix
    model = KMeans(n_clusters=k, n_init=10, random_state=SEED).fit(_sample(space, FIT_ROWS))
    labels = model.predict(space)
    found, labels = np.unique(labels, return_inverse=True)
    heights = [scaled[labels == label].mean() for label in range(len(found))]
    rank = np.argsort(np.argsort(heights)[::-1])
    return _described(matrix, rank[labels], len(found))


def choose_k(matrix: Matrix, candidates: Iterable[int] = CANDIDATES) -> dict[int, float]:
    """The mean silhouette for each number of clusters (-1 to 1); the best is the highest.

    Empty when the rows differ too little for any of the numbers.
    """
    scaled = _sample(StandardScaler().fit_transform(matrix), JUDGE_ROWS)
    kinds = len(np.unique(scaled, axis=0))
    return {k: _silhouette(scaled, k) for k in candidates if k <= kinds and k < len(scaled)}


def follow(clusters: Clusters, matrix: Matrix, earlier: Matrix) -> list[int]:
    """Which number each cluster keeps: that of the nearest earlier centre; new ones count on.

    Nearness is measured in standardised features, and no earlier centre is given out twice.
    """
    scaler = StandardScaler().fit(matrix)
    now, before = scaler.transform(clusters.centres), scaler.transform(earlier)
    distances = np.linalg.norm(now[:, None, :] - before[None, :, :], axis=2)
    mine, theirs = linear_sum_assignment(distances)
    kept = dict(zip(mine.tolist(), theirs.tolist(), strict=True))
    fresh = iter(range(len(earlier), len(earlier) + len(clusters.centres)))
    return [kept[n] if n in kept else next(fresh) for n in range(len(clusters.centres))]


def _described(matrix: Matrix, labels: Labels, k: int) -> Clusters:
    centres = np.array([matrix[labels == label].mean(axis=0) for label in range(k)])
    inertia = float(((matrix - centres[labels]) ** 2).sum())
    return Clusters(labels, centres, inertia)


def _silhouette(scaled: Matrix, k: int) -> float:
    labels = KMeans(n_clusters=k, n_init=3, random_state=SEED).fit_predict(scaled)
    return float(silhouette_score(scaled, labels))


def _sample(matrix: Matrix, rows: int) -> Matrix:
    if len(matrix) <= rows:
        return matrix
    chosen = np.random.default_rng(SEED).choice(len(matrix), rows, replace=False)
    return matrix[np.sort(chosen)]
