"""Lists of products: the best of a score, kept apart; and how good a list was."""

import numpy as np
from scipy import sparse

from insights.purchases import Ints, Matrix


def best(scores: Matrix, count: int) -> Ints:
    """The columns of the `count` highest scores of each row, best first."""
    count = min(count, scores.shape[1])
    found = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def diverse(
    scores: Matrix, count: int, alike: sparse.csr_matrix, *, price: float, places: int = 20
) -> Ints:
    """`best`, its first places ordered anew: each costs `price` for likeness to those before it.

    Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998), for all rows at once.
    """
    pool = best(scores, count)
    left = np.maximum(np.take_along_axis(scores, pool, axis=1), -1e9).astype(np.float32)
    nearest, taken = np.zeros_like(left), np.zeros(left.shape, bool)
    rows, first = np.arange(len(scores)), []
    for _ in range(min(places, pool.shape[1])):
        place = np.argmax(np.where(taken, -np.inf, left - price * nearest), axis=1)
        taken[rows, place] = True
        first.append(pool[rows, place])
        likeness = np.asarray(alike[np.repeat(first[-1], pool.shape[1]), pool.ravel()])
        nearest = np.maximum(nearest, likeness.reshape(pool.shape))
    rest = pool[~taken].reshape(len(scores), -1)
    return np.hstack([np.stack(first, axis=1), rest])


def recall(lists: Ints, bought: sparse.csr_matrix) -> Matrix:
    """Of what each customer bought, the share in their list; at most as many as it has places."""
    hits = _hits(lists, bought)
    return hits.sum(axis=1) / np.minimum(np.diff(bought.indptr), lists.shape[1])


def ndcg(lists: Ints, bought: sparse.csr_matrix) -> Matrix:
    """Discounted gain: a hit at place p counts 1 / log2(p + 1), over that of a perfect list."""
    worth = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    possible = np.cumsum(worth)[np.minimum(np.diff(bought.indptr), lists.shape[1]) - 1]
    return (_hits(lists, bought) * worth).sum(axis=1) / possible


def _hits(lists: Ints, bought: sparse.csr_matrix) -> Matrix:
    return np.take_along_axis(bought.toarray(), lists, axis=1)
