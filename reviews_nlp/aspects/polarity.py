"""How a sentence speaks of one of its terms: trained on any marked file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from reviews_nlp import heads, lexicon
from reviews_nlp.aspects.terms import Words, words

WINDOW = 6  # words to each side that are read with their distance
BESIDE = 60  # characters to each side that the encoder reads
LOUDNESS = 4.0  # of a sentence vector beside words that count up to one
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence and the place of the term in it."""

    text: str
    start: int
    end: int

    def around(self) -> str:
        """The term with the words beside it, as far as its clause goes."""
        for clause in lexicon.clauses(self.text, at_commas=True):
            if clause.start <= self.start < clause.end:
                start = max(clause.start, self.start - BESIDE)
                return self.text[start : min(clause.end, self.end + BESIDE)]
        return self.text[max(0, self.start - BESIDE) : self.end + BESIDE]


class Polarity:
    """A logistic regression on words near the term, the lexicon's tone, and the encoder's view."""

    def __init__(self, encode: Encode | None = None, *, strength: float = 0.1) -> None:
        self.encode = encode
        self.vectorizer = DictVectorizer(dtype=np.float32)
        self.model = LogisticRegression(C=strength, max_iter=2000)

    def fit(self, asked: Sequence[Asked], polarities: Sequence[str]) -> "Polarity":
        described = self.vectorizer.fit_transform([describe(one) for one in asked])
        self.model.fit(self._features(described, asked), polarities)
        return self

    def _features(self, described: csr_matrix, asked: Sequence[Asked]) -> csr_matrix:
        if self.encode is None:
            return described
        near = self.encode([one.around() for one in asked])
        whole = self.encode([one.text for one in asked])
        tone = [heads.encoder().decide(rows)[:, None] / 2 for rows in (near, whole)]
        return hstack([described, LOUDNESS * near, LOUDNESS * whole, *tone]).tocsr()

    def predict(self, asked: Sequence[Asked]) -> list[str]:
        described = self.vectorizer.transform([describe(one) for one in asked])
        return list(self.model.predict(self._features(described, asked)))


def describe(asked: Asked) -> dict[str, float]:
    """Words of the sentence, those near the term by distance, the tone of clause and sentence."""
    split = words(asked.text)
    inside = [n for n, (a, b) in enumerate(split.places) if a < asked.end and b > asked.start]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    found = {f"s={word.lower()}": 0.5 for word in split.tokens}
    found |= {f"term={split.tokens[n].lower()}": 1.0 for n in inside}
    found |= _near(split, first, last)
    found |= _tone("sentence", asked.text) | _tone("clause", asked.around())
    return found


def _near(split: Words, first: int, last: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for n, word in enumerate(split.tokens):
        distance = first - n if n < first else n - last
        if 0 < distance <= WINDOW:
            side = "before" if n < first else "after"
            closeness = 1 / distance**0.5
            found[f"near={word.lower()}"] = closeness
            found[f"{side}={word.lower()}"] = closeness
            if n + 1 < len(split.tokens):
                found[f"pair={word.lower()} {split.tokens[n + 1].lower()}"] = closeness
    return found


def _tone(where: str, text: str) -> dict[str, float]:
    good, bad = lexicon.of_shops().weigh(text)
    return {
        f"{where} good": good**0.5,
        f"{where} bad": bad**0.5,
        f"{where} tone": float(np.tanh((good - bad) / 2)),
        f"{where} silent": float(good + bad == 0),
    }
