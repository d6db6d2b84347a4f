"""A linear-chain conditional random field in numpy (Lafferty, McCallum and Pereira, 2001)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chains:
    """Sentences as rows of one feature matrix, one below the other, and how long each is."""

    features: csr_matrix
    lengths: Sequence[int]

    def steps(self) -> list[NDArray[np.int_]]:
        """Row numbers of the first words, of the second words …, of longer sentences first.

        Whatever is done step by step is then done to the front of an array, without padding.
        """
        order = np.argsort(-np.asarray(self.lengths), kind="stable")
        starts = (np.cumsum(self.lengths) - np.asarray(self.lengths))[order]
        sizes = np.asarray(self.lengths)[order]
        return [starts[: int((sizes > step).sum())] + step for step in range(int(sizes[0]))]


@dataclass(frozen=True, slots=True)
class Field:
    """Weights of features (features, labels) and of one label after another (labels, labels)."""

    emission: Floats
    transition: Floats

    def labels(self, chains: Chains) -> list[NDArray[np.int_]]:
        """The most probable labels of each sentence (Viterbi)."""
        scores, steps = np.asarray(chains.features @ self.emission), chains.steps()
        best, came = scores.copy(), np.zeros(scores.shape, dtype=int)
        for before, here in pairwise(steps):
            reached = best[before[: len(here)], :, None] + self.transition
            came[here] = reached.argmax(1)
            best[here] += reached.max(1)
        found = best.argmax(1)  # right for last words; the others are led back from them
        for before, here in reversed(list(pairwise(steps))):
            found[before[: len(here)]] = came[here, found[here]]
        return np.split(found, np.cumsum(chains.lengths)[:-1])


def fit(
    chains: Chains, labels: NDArray[np.int_], *, count: int, penalty: float = 1.0, rounds: int = 150
) -> Field:
    """Maximise the penalised likelihood of the labels (one per feature row) by L-BFGS."""
    size, steps = chains.features.shape[1], chains.steps()
    told = np.eye(count)[labels]
    seen = sum(told[before[: len(here)]].T @ told[here] for before, here in pairwise(steps))
    turned = chains.features.T.tocsr()
    seen_features = np.asarray(turned @ told)

    def loss(flat: Floats) -> tuple[float, Floats]:
        emission = flat[: size * count].reshape(size, count)
        transition = flat[size * count :].reshape(count, count)
        scores = np.asarray(chains.features @ emission)
        total, marginals, pairs = _expected(scores, transition, steps)
        told_score = (seen_features * emission).sum() + (seen * transition).sum()
        slope = np.concatenate(
            [(np.asarray(turned @ marginals) - seen_features).ravel(), (pairs - seen).ravel()]
        )
        return total - told_score + penalty / 2 * flat @ flat, slope + penalty * flat

    start = np.zeros(size * count + count * count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds}).x
    return Field(
        found[: size * count].reshape(size, count), found[size * count :].reshape(count, count)
    )


def _expected(
    scores: Floats, transition: Floats, steps: list[NDArray[np.int_]]
) -> tuple[float, Floats, Floats]:
    """Summed log-partition, label marginals per row, expected label pairs (forward-backward)."""
    forward, backward = scores.copy(), np.zeros_like(scores)
    for before, here in pairwise(steps):
        forward[here] += _log_sum(forward[before[: len(here)], :, None] + transition, axis=1)
    for before, here in reversed(list(pairwise(steps))):
        ahead = (scores[here] + backward[here])[:, None, :] + transition
        backward[before[: len(here)]] = _log_sum(ahead, axis=2)
    totals = np.zeros(len(scores))
    totals[steps[0]] = _log_sum(forward[steps[0]] + backward[steps[0]], axis=1)
    for before, here in pairwise(steps):
        totals[here] = totals[before[: len(here)]]
    pairs = np.zeros_like(transition)
    for before, here in pairwise(steps):
        known = forward[before[: len(here)], :, None] + transition
        known = known + (scores[here] + backward[here] - totals[here, None])[:, None, :]
        pairs += np.exp(known).sum(0)
    marginals = np.exp(forward + backward - totals[:, None])
    return float(totals[steps[0]].sum()), marginals, pairs


def _log_sum(values: Floats, *, axis: int) -> Floats:
    """log Σ exp along an axis, without overflow; a third of scipy's time on small axes."""
    top = values.max(axis)
    return np.asarray(top + np.log(np.exp(values - np.expand_dims(top, axis)).sum(axis)))
