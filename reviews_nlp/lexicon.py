"""Phrases with a weight, found among words and Chinese characters, with negation and contrast.

English words and single Chinese characters are tokens alike, so one matcher reads both, mixed texts
too, and Chinese needs no segmenter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

from reviews_nlp import wording

FOLDER = Path(__file__).resolve().parent / "lexicons"
TOKEN = re.compile(
    r"[a-zà-öø-ÿ0-9]+(?:['’-][a-zà-öø-ÿ0-9]+)*|[\u4e00-\u9fff]|[\u2600-\u27bf\U0001f300-\U0001faff]"
    r"|,|[.!?;。！？；，\n]+",
    re.I,
)
BREAK = frozenset(",.!?;。！？；，\n")
CONTRAST = {"but", "however", "although", "though", "except", "yet"}
CONCEDES = {"although", "though", "except"}
CONTRAST_ZH = ("但是", "不过", "可是", "然而", "但")
CONTRASTED = 1.2  # what comes after "but" weighs more,
CONCEDED = 0.6  # and what was said before it less: measured on SemEval's and Chinese sentences
BOOSTS = {
    "very": 1.3, "really": 1.25, "so": 1.2, "super": 1.4, "extremely": 1.5, "incredibly": 1.5,
    "absolutely": 1.4, "totally": 1.3, "quite": 1.1, "such": 1.2, "slightly": 0.6,
    "somewhat": 0.6, "bit": 0.6, "little": 0.7, "fairly": 0.8, "kinda": 0.7, "kind": 0.8,
}  # fmt: skip
EXCLAIMED = 1.2
# What spoils a purchase comes last: "Looks great. Stopped working after a week." The praise before
# it is of looks; what is praised after it may be the new one that was sent.
SPOILS = -4.0
UNTIL = {"until", "till"}
# "It was perfect until the first wash"; but "will wear it until it falls apart".
LASTED = {"was", "were", "worked", "works", "fit", "fits", "had", "loved", "looked", "looks",
          "seemed", "held", "lasted", "ran", "runs"}  # fmt: skip
UNDONE = -0.5


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text that says one thing: its place and its tokens in lower case."""

    start: int
    end: int
    tokens: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    contrasts: bool
    exclaims: bool

    @property
    def turns(self) -> bool:
        """Whether it takes back what was said before it, as "but" does and "although" does not."""
        return self.contrasts and self.tokens[0] not in CONCEDES


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a clause: its first token, how many, and its weight there."""

    token: int
    length: int
    weight: float


class Lexicon:
    """Phrases by their tokens, and word beginnings."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.phrases: dict[tuple[str, ...], float] = {}
        self.beginnings: dict[str, float] = {}
        for line in lines:
            if line.strip() and not line.startswith("#"):
                weight, _, phrases = line.partition(" ")
                for phrase in phrases.split("|"):
                    self._add(phrase.strip(), float(weight))
        self.longest = max(map(len, self.phrases))

    def _add(self, phrase: str, weight: float) -> None:
        if phrase.endswith("*"):
            self.beginnings[phrase[:-1]] = weight
        else:
            self.phrases[tuple(tokens(phrase))] = weight

    def find(self, clause: Clause) -> list[Found]:
        """Every phrase of the clause, the longest at each place, with its weight in context."""
        found, at, negated, boost = [], 0, -1, 1.0
        while at < len(clause.tokens):
            length, weight = self._longest_at(clause.tokens, at)
            word = clause.tokens[at]
            if length == 0:
                negated = at if wording.is_negation(word) else negated
                boost = BOOSTS.get(word, 1.0)
                at += 1
                continue
            weight = wording.weight_of(weight, clause.tokens, at, length, negated)
            found.append(Found(at, length, weight * boost * self._emphasis(clause)))
            boost = 1.0
            at += length
        return found

    def _emphasis(self, clause: Clause) -> float:
        return (EXCLAIMED if clause.exclaims else 1.0) * (CONTRASTED if clause.contrasts else 1.0)

    def _longest_at(self, words: tuple[str, ...], at: int) -> tuple[int, float]:
        for length in range(min(self.longest, len(words) - at), 0, -1):
            weight = self.phrases.get(words[at : at + length])
            if weight is not None:
                return length, weight
        word = words[at]
        for end in range(len(word), 3, -1):
            if word[:end] in self.beginnings:
                return 1, self.beginnings[word[:end]]
        return 0, 0.0

    def weigh(self, text: str) -> tuple[float, float]:
        """How much good and how much bad the text says; both are zero or more."""
        said, weights = list(clauses(text)), list[float]()
        for clause, after in zip_longest(said, said[1:]):
            for found in self.find(clause):
                if found.weight <= SPOILS:
                    weights = [CONCEDED * max(w, 0) + min(w, 0) for w in weights]
                weights.append(found.weight * _left_of_it(clause, after, found.weight))
        return sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)


def _left_of_it(clause: Clause, after: Clause | None, weight: float) -> float:
    """The share of what a clause says that the one after it leaves."""
    if after is None:
        return 1.0
    if after.tokens[0] in UNTIL:
        return UNDONE if weight > 0 and LASTED & set(clause.tokens) else 1.0
    return CONCEDED if after.turns else 1.0


def tokens(text: str) -> list[str]:
    return [m[0].lower().replace("’", "'") for m in TOKEN.finditer(text) if m[0][0] not in BREAK]


def clauses(text: str, *, at_commas: bool = False) -> Iterator[Clause]:
    """The clauses of a text: between punctuation marks, and from a word of contrast on."""
    held: list[re.Match[str]] = []
    for match in TOKEN.finditer(text):
        if match[0] == ",":
            if at_commas:
                yield from _clause(held, exclaims=False)
                held = []
        elif match[0][0] in BREAK:
            yield from _clause(held, exclaims="!" in match[0] or "！" in match[0])
            held = []
        else:
            if held and _splits(text, match):
                yield from _clause(held, exclaims=False)
                held = []
            held.append(match)
    yield from _clause(held, exclaims=False)


def _splits(text: str, match: re.Match[str]) -> bool:
    return match[0].lower() in UNTIL or _contrasts(text, match)


def _contrasts(text: str, match: re.Match[str]) -> bool:
    return match[0].lower() in CONTRAST or text.startswith(CONTRAST_ZH, match.start())


def _clause(held: list[re.Match[str]], *, exclaims: bool) -> Iterator[Clause]:
    if held:
        yield Clause(
            start=held[0].start(),
            end=held[-1].end(),
            tokens=tuple(match[0].lower().replace("’", "'") for match in held),
            places=tuple(match.span() for match in held),
            contrasts=_contrasts(held[0].string, held[0]),
            exclaims=exclaims,
        )


@cache
def of_shops() -> Lexicon:
    """Our own phrases of shop customers, English and Chinese, read once."""
    files = sorted(FOLDER.glob("*.txt"))
    return Lexicon(line for file in files for line in file.read_text("utf-8").splitlines())
