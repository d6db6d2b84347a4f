"""Which categories a sentence is about, several or none: trained on any marked file."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from reviews_nlp.aspects.polarity import Encode

LOUDNESS = 3.0  # of a sentence vector beside TF-IDF rows of length one
FOLDS = 4


class Categories:
    """One logistic regression a category, with the threshold that held-out folds found best."""

    def __init__(self, encode: Encode | None = None, *, strength: float = 5.0) -> None:
        self.encode = encode
        self.words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        self.letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True
        )
        self.labels = MultiLabelBinarizer()
        self.model = OneVsRestClassifier(LogisticRegression(C=strength, solver="liblinear"))

    def fit(self, texts: Sequence[str], categories: Sequence[Sequence[str]]) -> "Categories":
        told = self.labels.fit_transform(categories)
        rows = self._features(
            self.words.fit_transform(texts), self.letters.fit_transform(texts), texts
        )
        held_out = cross_val_predict(self.model, rows, told, cv=FOLDS, method="predict_proba")
        self.thresholds = np.array(
            [_threshold(told[:, n], held_out[:, n]) for n in range(told.shape[1])]
        )
        self.model.fit(rows, told)
        return self

    def _features(self, words: csr_matrix, letters: csr_matrix, texts: Sequence[str]) -> csr_matrix:
        parts = [words, letters]
        if self.encode is not None:
            parts.append(LOUDNESS * self.encode(texts))
        return hstack(parts).tocsr()

    def predict(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        rows = self._features(self.words.transform(texts), self.letters.transform(texts), texts)
        return list(
            self.labels.inverse_transform(self.model.predict_proba(rows) >= self.thresholds)
        )


def _threshold(told: np.ndarray, probabilities: np.ndarray) -> float:
    """The one with the best F1, of those that one would believe."""
    return max(
        (float(step) for step in np.arange(0.2, 0.71, 0.05)),
        key=lambda step: f1_score(told, probabilities >= step, zero_division=0),
    )
