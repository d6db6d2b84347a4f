"""A classifier of words and characters whose whole memory is three arrays.

TF-IDF (sublinear) over hashed n-grams, stretched where an n-gram tells good from bad by itself
(Wang and Manning, "Baselines and bigrams", 2012), and a logistic regression on it. Hashing keeps no
word of the texts it learned from, needs no segmenter for Chinese, and has nothing to pickle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

LATIN_BUCKETS, HAN_BUCKETS = 2**17, 2**20  # fewer cost accuracy: rare n-grams fall together
SEEN = 2  # texts that an n-gram must occur in; what is rarer is left out
STRENGTH = 10.0  # inverse regularisation of the logistic regression
# Rows have length one, so three characters would be as sure as thirty: "不后悔" a sure complaint.
# Of reviews below eight characters a regression believes no more than a quarter to a half.
ENOUGH = 12


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights over hashed n-grams; `han` says whether texts are read by Chinese characters."""

    han: bool
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    def decide(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The log-odds of each text being good, at even odds before reading it."""
        counted = counts(texts, han=self.han, width=len(self.idf))
        odds = np.asarray(weighed(counted, self.idf) @ self.weights + self.bias)
        if not self.han:
            return odds
        return odds * np.minimum(1.0, np.array([len(text) for text in texts]) / ENOUGH)

    def packed(self) -> bytes:
        """The arrays as an .npz, in half precision."""
        content = BytesIO()
        np.savez_compressed(
            content,
            han=self.han,
            idf=self.idf.astype(np.float16),
            weights=self.weights.astype(np.float16),
            bias=self.bias,
        )
        return content.getvalue()


def unpacked(content: bytes) -> Classifier:
    """The classifier again; numpy refuses anything but plain arrays."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return Classifier(
            han=bool(arrays["han"]),
            idf=arrays["idf"].astype(np.float32),
            weights=arrays["weights"].astype(np.float32),
            bias=float(arrays["bias"]),
        )


def fit(texts: Sequence[str], good: Any, *, han: bool, balanced: bool = True) -> Classifier:
    """Learn from texts and whether each is good."""
    counted = counts(texts, han=han, width=HAN_BUCKETS if han else 2 * LATIN_BUCKETS)
    idf = TfidfTransformer().fit(counted).idf_.astype(np.float32)
    idf[np.bincount(counted.indices, minlength=len(idf)) < SEEN] = 0
    stretch = telling(counted, np.asarray(good, dtype=bool))
    model = LogisticRegression(
        C=STRENGTH, class_weight="balanced" if balanced else None, solver="liblinear"
    ).fit(weighed(counted, idf).multiply(stretch).tocsr(), good)
    weights = (model.coef_[0] * stretch).astype(np.float32)
    return Classifier(han, idf, weights, float(model.intercept_[0]))


def telling(counted: csr_matrix, good: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How much more each n-gram is in texts of one kind than of the other; 1 on the average.

    A regression then believes it sooner; what is as frequent in both has to prove itself.
    """
    present = (counted > 0).astype(np.float32)
    often = [np.asarray(present[kind].sum(axis=0))[0] for kind in (good, ~good)]
    shares = [
        (seen + 1) / (kind.sum() + 2) for seen, kind in zip(often, (good, ~good), strict=True)
    ]
    ratio = 1 + np.abs(np.log(shares[0] / shares[1]))
    return (ratio / ratio[often[0] + often[1] > 0].mean()).astype(np.float32)


def counts(texts: Sequence[str], *, han: bool, width: int) -> csr_matrix:
    """How often each hashed n-gram occurs, in so many columns."""
    if han:
        return _hashed("char", (1, 3), width).transform(texts)
    words, characters = _hashed("word", (1, 2), width // 2), _hashed("char_wb", (2, 5), width // 2)
    return hstack([words.transform(texts), characters.transform(texts)]).tocsr()


def _hashed(analyzer: str, lengths: tuple[int, int], buckets: int) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=lengths,
        n_features=buckets,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )


def weighed(counted: csr_matrix, idf: NDArray[np.float32]) -> csr_matrix:
    """Sublinear TF-IDF rows of length one."""
    rows = counted.copy()
    rows.data = 1 + np.log(rows.data)
    rows = rows.multiply(idf).tocsr()
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
    return rows.multiply(1 / np.maximum(np.asarray(lengths), 1e-9)).tocsr()
