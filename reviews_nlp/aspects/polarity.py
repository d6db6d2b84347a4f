"""How a sentence speaks of one of its terms: trained on any marked file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from reviews_nlp import heads, lexicon
from reviews_nlp.aspects.terms import Words, words

WINDOW = 6  # words to each side that are read with their distance
BESIDE, CLOSE = 60, 25  # characters to each side that the encoder reads, in the clause and at all
TONE = 0.6  # what the head says of a view, beside a view's vector of length about one
WORDS_SHARE = 0.3  # of what words say beside the encoder
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Floats = NDArray[np.float64]


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

    def close(self) -> str:
        """The term with the few whole words beside it."""
        start, end = max(0, self.start - CLOSE), min(len(self.text), self.end + CLOSE)
        while start and self.text[start - 1].isalnum():
            start -= 1
        while end < len(self.text) and self.text[end].isalnum():
            end += 1
        return self.text[start:end]

    def named(self) -> str:
        """The sentence, with the term said first."""
        return f"{self.text[self.start : self.end]}: {self.text}"

    def views(self) -> tuple[str, ...]:
        """What the encoder reads of it."""
        return self.around(), self.text, self.close(), self.named()


class Polarity:
    """A logistic regression on words near the term and the lexicon's tone; where there is an
    encoder, mostly a support vector machine on four views of the term."""

    def __init__(self, encode: Encode | None = None, *, strength: float = 0.3) -> None:
        self.encode = encode
        self.vectorizer = DictVectorizer(dtype=np.float32)
        self.model = LogisticRegression(C=strength, max_iter=2000)
        self.machine = SVC(C=2.0, gamma=0.7, decision_function_shape="ovr")

    def fit(self, asked: Sequence[Asked], polarities: Sequence[str]) -> "Polarity":
        described = self.vectorizer.fit_transform([describe(one) for one in asked])
        self.model.fit(described, polarities)
        if self.encode is not None:
            views, tones = self._read(asked, self.encode)
            self.centre, self.middle = views.mean(axis=0), tones.mean(axis=0)
            spread = ((views - self.centre) ** 2).sum(axis=2).mean(axis=0) ** 0.5
            self.spread, self.loud = spread[:, None], tones.std(axis=0)
            self.machine.fit(self._seen(views, tones), polarities)
        return self

    def predict(self, asked: Sequence[Asked]) -> list[str]:
        described = self.vectorizer.transform([describe(one) for one in asked])
        if self.encode is None:
            return list(self.model.predict(described))
        margins = self.machine.decision_function(self._seen(*self._read(asked, self.encode)))
        if margins.ndim == 1:  # two answers only
            margins = np.column_stack([-margins, margins])
        said = margins + WORDS_SHARE * self.model.predict_log_proba(described)
        return list(self.model.classes_[said.argmax(axis=1)])

    @staticmethod
    def _read(asked: Sequence[Asked], encode: Encode) -> tuple[Floats, Floats]:
        """Vectors (terms, views, numbers) and how good the head finds each view."""
        views = [encode(texts) for texts in zip(*(one.views() for one in asked), strict=True)]
        tones = [heads.encoder().decide(rows) for rows in views]
        return np.stack(views, axis=1).astype(float), np.column_stack(tones)

    def _seen(self, views: Floats, tones: Floats) -> Floats:
        """One row per term, its vectors drawn to a common size."""
        rows = ((views - self.centre) / self.spread).reshape(len(views), -1)
        loudness = TONE * (tones - self.middle) / self.loud
        return np.hstack([rows, loudness]) / views.shape[1] ** 0.5


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
