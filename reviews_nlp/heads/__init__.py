"""What we learned from public reviews: two small files of weights, and how they are made."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from reviews_nlp import linear

FOLDER = Path(__file__).resolve().parent
ENCODER, CHINESE = FOLDER / "encoder.npz", FOLDER / "chinese.npz"
VERSION = "2026-11.2"


@dataclass(frozen=True, slots=True)
class Head:
    """A logistic regression on sentence vectors."""

    weights: NDArray[np.float32]
    bias: float

    def decide(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """The log-odds of each text being good, at even odds before reading it."""
        return np.asarray(vectors @ self.weights + self.bias)

    def save(self, path: Path) -> None:
        np.savez_compressed(path, weights=self.weights.astype(np.float32), bias=self.bias)


def fit(vectors: NDArray[np.float32], good: Any, *, strength: float = 1.0) -> Head:
    """Learn a head; a weak one (`strength` 1) carries over to other languages and goods best."""
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)
    model.fit(vectors, good)
    return Head(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


@cache
def encoder() -> Head:
    """The shipped head."""
    with np.load(ENCODER, allow_pickle=False) as arrays:
        return Head(arrays["weights"], float(arrays["bias"]))


@cache
def chinese() -> linear.Classifier:
    """The shipped classifier of Chinese characters."""
    return linear.unpacked(CHINESE.read_bytes())
