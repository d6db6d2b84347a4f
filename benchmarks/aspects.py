"""Aspects of SemEval-2014 task 4: laptop terms, how they are spoken of, restaurant categories.

The sentences of each training file are split 80 / 20 with seed 0 (scikit-learn's `train_test_split`
over the sentences in file order). All is learned from the 80 %.
* `laptop_term_f1`: exact spans, micro F1. Our linear-chain CRF.
* `laptop_polarity_accuracy`: of the marked terms of the 20 %, all four polarities of the file
  (positive, negative, neutral, conflict).
* `restaurant_category_f1`: (sentence, category) pairs, micro F1, five categories.
Each `..._without_extra` is the same without the sentence encoder; the restaurant file's terms and
polarities and, as baselines, the most frequent polarity and "food" for everything are added.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.model_selection import train_test_split

from benchmarks import _vectors
from llm import encoding
from reviews_nlp.aspects import sentences
from reviews_nlp.aspects.categories import Categories
from reviews_nlp.aspects.polarity import Asked, Encode, Polarity
from reviews_nlp.aspects.sentences import Sentence
from reviews_nlp.aspects.terms import Tagger

Split = tuple[list[Sentence], list[Sentence]]


def run(data: Path) -> dict[str, Any]:
    """All figures."""
    laptops = _split(data / "semeval2014_Laptops_Train_v2.xml.gz")
    restaurants = _split(data / "semeval2014_Restaurants_Train_v2.xml.gz")
    encode = _vectors.of if encoding.installed() else None
    figures = {
        "laptop_term_f1": _terms(laptops),
        "laptop_polarity_accuracy": _polarity(laptops, encode),
        "restaurant_category_f1": _categories(restaurants, encode),
        "laptop_polarity_accuracy_without_extra": _polarity(laptops, None),
        "restaurant_category_f1_without_extra": _categories(restaurants, None),
        "restaurant_term_f1": _terms(restaurants),
        "restaurant_polarity_accuracy": _polarity(restaurants, encode),
        "laptop_polarity_baseline": _most_frequent(laptops),
        "restaurant_category_baseline": _f1(
            [_category_names(s) for s in restaurants[1]], [["food"]] * len(restaurants[1])
        ),
    }
    return {name: round(figure, 4) for name, figure in figures.items()}


def _split(path: Path) -> Split:
    learn, test = train_test_split(sentences.read(path), test_size=0.2, random_state=0)
    return learn, test


def _terms(split: Split) -> float:
    learn, test = split
    found = Tagger().fit(learn).find([sentence.text for sentence in test])
    return _f1([[(t.start, t.end) for t in sentence.terms] for sentence in test], found)


def _polarity(split: Split, encode: Encode | None) -> float:
    (asked, told), (asked_test, told_test) = map(_asked, split)
    answers = Polarity(encode).fit(asked, told).predict(asked_test)
    return sum(map(str.__eq__, answers, told_test)) / len(told_test)


def _asked(some: list[Sentence]) -> tuple[list[Asked], list[str]]:
    terms = [(sentence.text, term) for sentence in some for term in sentence.terms]
    asked = [Asked(text, term.start, term.end) for text, term in terms]
    return asked, [term.polarity for _, term in terms]


def _most_frequent(split: Split) -> float:
    (_, told), (_, told_test) = map(_asked, split)
    return told_test.count(Counter(told).most_common(1)[0][0]) / len(told_test)


def _categories(split: Split, encode: Encode | None) -> float:
    learn, test = split
    model = Categories(encode).fit([s.text for s in learn], [_category_names(s) for s in learn])
    return _f1([_category_names(s) for s in test], model.predict([s.text for s in test]))


def _category_names(sentence: Sentence) -> list[str]:
    return [category for category, _ in sentence.categories]


def _f1(told: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]]) -> float:
    """Micro F1 over the sets of each sentence."""
    pairs = [(set(a), set(b)) for a, b in zip(told, found, strict=True)]
    return 2 * sum(len(a & b) for a, b in pairs) / sum(len(a) + len(b) for a, b in pairs)
