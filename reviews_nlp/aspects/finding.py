"""Aspects in a text, each with how it is spoken of and the words that say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import tanh

from reviews_nlp import lexicon
from reviews_nlp.aspects.register import Mention, Register
from reviews_nlp.lexicon import Clause, Found

CLEAR = 1.25  # milder phrases colour a whole review but praise or blame nothing in particular
STEEP = 2.0  # an evidence of this size is a sentiment of 0.76


@dataclass(frozen=True, slots=True)
class Opinion:
    """One aspect, sentiment from -1 to 1, and the place of the words in the text."""

    aspect: str
    sentiment: float
    start: int
    end: int


def find(text: str, register: Register) -> list[Opinion]:
    """Each aspect of each clause once; what is named without praise or blame is left out."""
    clauses = lexicon.clauses(text, at_commas=True)
    return [opinion for clause in clauses for opinion in _in_clause(clause, register)]


def _in_clause(clause: Clause, register: Register) -> Iterable[Opinion]:
    mentions = register.find(clause)
    said = [found for found in lexicon.of_shops().find(clause) if abs(found.weight) >= CLEAR]
    if mentions and said:
        yield from _opinions(clause, mentions, said)


def _opinions(clause: Clause, mentions: list[Mention], said: list[Found]) -> Iterable[Opinion]:
    """Every phrase of praise or blame goes to the aspect that is named nearest to it."""
    evidence: dict[str, float] = {}
    spans: dict[str, tuple[int, int]] = {}
    for found in said:
        mention = min(mentions, key=lambda mention: _distance(mention, found))
        evidence[mention.aspect] = evidence.get(mention.aspect, 0.0) + found.weight
        first, last = min(mention.token, found.token), max(_end(mention), _end(found))
        low, high = spans.get(mention.aspect, (first, last))
        spans[mention.aspect] = min(low, first), max(high, last)
    for aspect, weight in evidence.items():
        first, last = spans[aspect]
        if weight:
            yield Opinion(
                aspect, tanh(weight / STEEP), clause.places[first][0], clause.places[last - 1][1]
            )


def _end(part: Mention | Found) -> int:
    return part.token + part.length


def _distance(mention: Mention, found: Found) -> int:
    """Tokens between the two; nothing when they overlap."""
    return max(0, mention.token - _end(found), found.token - _end(mention))
