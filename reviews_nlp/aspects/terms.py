"""The words of a sentence that name an aspect: a tagger to be trained on any marked file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from textblob.en import tag

from reviews_nlp import lexicon
from reviews_nlp.aspects import crf
from reviews_nlp.aspects.sentences import Sentence

TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[^\w\s]|_")
OUTSIDE, BEGIN, INSIDE = range(3)
SEEN_TWICE = 2  # features seen once in training are noise


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence's tokens with their places and parts of speech."""

    tokens: list[str]
    places: list[tuple[int, int]]
    tags: list[str]


def words(text: str) -> Words:
    """Split a text; parts of speech are of TextBlob's pattern tagger, which needs no download."""
    matches = list(TOKEN.finditer(text))
    tokens = [match[0] for match in matches]
    tags = [part for _, part in tag(" ".join(tokens), tokenize=False)] if tokens else []
    if len(tags) != len(tokens):
        tags = ["X"] * len(tokens)
    return Words(tokens, [match.span() for match in matches], tags)


def marked(sentence: Sentence, split: Words) -> list[int]:
    """BIO labels of the tokens."""
    labels = [OUTSIDE] * len(split.tokens)
    for term in sentence.terms:
        inside = [n for n, (a, b) in enumerate(split.places) if a < term.end and b > term.start]
        for n in inside:
            labels[n] = INSIDE
        if inside:
            labels[inside[0]] = BEGIN
    return labels


class Tagger:
    """Trained on marked sentences; finds terms in others."""

    def __init__(self) -> None:
        self.vectorizer = DictVectorizer(dtype=np.float32)

    def fit(self, sentences: Sequence[Sentence], *, penalty: float = 1.0) -> "Tagger":
        split = [(sentence, words(sentence.text)) for sentence in sentences]
        split = [(sentence, one) for sentence, one in split if one.tokens]
        labels = np.array([label for sentence, one in split for label in marked(sentence, one)])
        described = self.vectorizer.fit_transform([d for _, one in split for d in describe(one)])
        often = np.asarray((described != 0).sum(axis=0))[0] >= SEEN_TWICE
        self.vectorizer.restrict(often)
        chains = crf.Chains(described[:, often], [len(one.tokens) for _, one in split])
        self.field = crf.fit(chains, labels, count=3, penalty=penalty)
        return self

    def find(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Start and end of every term of each text."""
        split = [words(text) for text in texts]
        kept = [one for one in split if one.tokens]
        if not kept:
            return [[] for _ in texts]
        described = self.vectorizer.transform([d for one in kept for d in describe(one)])
        chains = crf.Chains(described, [len(one.tokens) for one in kept])
        found = iter(self.field.labels(chains))
        return [_spans(one, next(found)) if one.tokens else [] for one in split]


def _spans(split: Words, labels: NDArray[np.int_]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for n, label in enumerate(labels):
        start, end = split.places[n]
        if label == BEGIN or (label == INSIDE and (n == 0 or labels[n - 1] == OUTSIDE)):
            spans.append((start, end))
        elif label == INSIDE:
            spans[-1] = (spans[-1][0], end)
    return spans


def describe(split: Words) -> list[dict[str, float]]:
    """What the tagger may know of each token: itself, its form, its neighbours, its tone."""
    lower = [token.lower() for token in split.tokens]
    tones = [_tone(word) for word in lower]
    return [_one(n, split, lower, tones) for n in range(len(lower))]


def _one(n: int, split: Words, lower: list[str], tones: list[str]) -> dict[str, float]:
    token, word = split.tokens[n], lower[n]
    names = [
        "bias", f"w={word}", f"pre3={word[:3]}", f"suf2={word[-2:]}", f"suf3={word[-3:]}",
        f"suf4={word[-4:]}", f"stem={word.rstrip('s')}", f"shape={_shape(token)}",
        f"tag={split.tags[n]}", f"tone={tones[n]}", f"first={n == 0}",
    ]  # fmt: skip
    for step in (-3, -2, -1, 1, 2, 3):
        at = n + step
        inside = 0 <= at < len(lower)
        names.append(f"{step}w={lower[at] if inside else '|'}")
        names.append(f"{step}t={split.tags[at] if inside else '|'}")
        names.append(f"{step}tone={tones[at] if inside else '|'}")
    before = lower[n - 1] if n else "|"
    after = lower[n + 1] if n + 1 < len(lower) else "|"
    tag_before = split.tags[n - 1] if n else "|"
    tag_after = split.tags[n + 1] if n + 1 < len(lower) else "|"
    names += [
        f"bw={before} {word}", f"aw={word} {after}", f"bt={tag_before} {split.tags[n]}",
        f"at={split.tags[n]} {tag_after}", f"btt={tag_before} {split.tags[n]} {tag_after}",
        f"ba={before} {after}", f"wt={word} {split.tags[n]}",
    ]  # fmt: skip
    return dict.fromkeys(names, 1.0)


def _shape(token: str) -> str:
    """Capitals, digits and their mixture, such as Aa, AA, a0."""
    return re.sub(
        r"(.)\1+", r"\1\1", re.sub(r"\d", "0", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", token)))
    )[:6]


def _tone(word: str) -> str:
    weight = lexicon.of_shops().phrases.get((word,), 0.0)
    return "good" if weight > 1 else "bad" if weight < -1 else "none"
