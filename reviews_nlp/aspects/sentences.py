"""Sentences whose aspects somebody marked, as SemEval-2014 task 4 publishes them."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # nosec B405 - see below


@dataclass(frozen=True, slots=True)
class Term:
    """Words that name an aspect, their place in the sentence, and how it is spoken of."""

    start: int
    end: int
    polarity: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its terms, and the (category, polarity) pairs it is about."""

    text: str
    terms: tuple[Term, ...]
    categories: tuple[tuple[str, str], ...]


def read(path: Path) -> list[Sentence]:
    """The sentences of a file in SemEval's XML, gzipped or plain. For files one trusts."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        root = ElementTree.parse(file).getroot()  # noqa: S314  # nosec B314 - a file of the person who trains
    return [_sentence(node) for node in root.iter("sentence")]


def _sentence(node: ElementTree.Element) -> Sentence:
    terms = sorted(
        (
            Term(int(term.attrib["from"]), int(term.attrib["to"]), term.attrib["polarity"])
            for term in node.iter("aspectTerm")
        ),
        key=lambda term: term.start,
    )
    categories = tuple(
        (c.attrib["category"], c.attrib["polarity"]) for c in node.iter("aspectCategory")
    )
    return Sentence(node.findtext("text") or "", tuple(terms), categories)
