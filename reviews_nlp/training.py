"""Train the shipped heads again from public Chinese reviews: `manage.py train_review_heads`."""

import csv
import gzip
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from llm import encoding
from reviews_nlp import heads, linear

ENCODED = {"shopping": 4_500, "takeaway": 1_500}  # 384 weights learn no more from more


@dataclass(frozen=True, slots=True)
class Labelled:
    """A public review: what it is about, its words, and whether it is good."""

    category: str
    text: str
    good: bool


def shopping(folder: Path) -> list[Labelled]:
    """Reviews of six categories of goods, in the same random order every time."""
    return _shuffled(
        Labelled(row["cat"], row["review"], row["label"] == "1")
        for row in _rows(folder / "reviews_zh_shopping.csv.gz")
    )


def takeaway(folder: Path) -> list[Labelled]:
    """Reviews of meals that were brought, in the same random order every time."""
    return _shuffled(
        Labelled("takeaway", row["review"], row["label"] == "1")
        for row in _rows(folder / "reviews_zh_takeaway.csv.gz")
    )


def _shuffled(rows: Iterable[Labelled]) -> list[Labelled]:
    found = list(rows)
    random.Random(0).shuffle(found)  # noqa: S311  # nosec B311 - an order, not a secret
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def train(folder: Path) -> dict[str, int]:
    """Write both files of weights; returns how many reviews each has learned from."""
    bought, eaten = shopping(folder), takeaway(folder)
    rows = [*bought, *eaten]
    classifier = linear.fit([row.text for row in rows], [row.good for row in rows], han=True)
    heads.CHINESE.write_bytes(classifier.packed())
    some = [*bought[: ENCODED["shopping"]], *eaten[: ENCODED["takeaway"]]]
    vectors = encoding.vectors([row.text for row in some])
    heads.fit(vectors, [row.good for row in some]).save(heads.ENCODER)
    return {"chinese": len(rows), "encoder": len(some)}
