"""What learns from texts: it finds what it was shown, and remembers no word of it."""

import numpy as np
import pytest

from llm import encoding
from reviews_nlp import heads, linear
from reviews_nlp.analysers.base import Text
from reviews_nlp.analysers.encoder import EncoderAnalyser
from reviews_nlp.aspects import crf
from reviews_nlp.aspects.categories import Categories
from reviews_nlp.aspects.polarity import Asked, Polarity
from reviews_nlp.aspects.sentences import Sentence, Term
from reviews_nlp.aspects.terms import Tagger
from reviews_nlp.language import detect
from reviews_nlp.screening import fingerprint

GOODS = ["battery", "screen", "keyboard", "mouse pad", "fan", "battery life", "hard drive", "price"]


def sentence(pattern, goods):
    text = pattern.format(goods)
    start = text.index(goods)
    sign = "negative" if "awful" in text else "positive"
    return Sentence(text, (Term(start, start + len(goods), sign),), ((goods.split()[0], sign),))


MARKED = [
    sentence(pattern, goods)
    for goods in GOODS
    for pattern in ("The {} is great.", "I find the {} awful!", "It has a great {}, I think.")
]


def test_terms_are_found_in_sentences_with_a_word_never_seen():
    tagger = Tagger().fit(MARKED)

    [[(start, end)]] = tagger.find(["The trackpad is great."])

    assert "The trackpad is great."[start:end] == "trackpad"
    assert tagger.find([""]) == [[]]


def test_polarity_is_of_the_term_that_is_asked_about():
    asked = [Asked(s.text, s.terms[0].start, s.terms[0].end) for s in MARKED]
    model = Polarity(strength=10).fit(asked, [s.terms[0].polarity for s in MARKED])

    text = "The screen is great, the fan is awful."
    answers = model.predict([Asked(text, 4, 10), Asked(text, 25, 28)])

    assert answers == ["positive", "negative"]


def test_categories_may_be_several():
    texts = ["tasty soup", "rude waiter", "tasty soup but rude waiter", "blue sky"] * 5
    told = [["food"], ["service"], ["food", "service"], []] * 5

    found = Categories().fit(texts, told).predict(["tasty soup", "a rude waiter and tasty soup"])

    assert found == [("food",), ("food", "service")]


def test_the_field_counts_every_labelling_exactly():
    draw = np.random.default_rng(0)
    scores, between = draw.normal(size=(3, 2)), draw.normal(size=(2, 2))
    steps = [np.array([0]), np.array([1]), np.array([2])]
    every = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    weights = [
        np.exp(sum(scores[n, y] for n, y in enumerate(path)) + between[path[0], path[1]]
               + between[path[1], path[2]])
        for path in every
    ]  # fmt: skip

    total, marginals, _ = crf._expected(scores, between, steps)

    assert total == pytest.approx(np.log(sum(weights)))
    first = sum(w for w, path in zip(weights, every, strict=True) if path[0] == 1) / sum(weights)
    assert marginals[0, 1] == pytest.approx(first)


def test_a_classifier_survives_its_file_and_holds_no_word():
    texts, good = ["lovely soft dress", "torn ugly dress"] * 10, [True, False] * 10
    learned = linear.fit(texts, good, han=False)

    again = linear.unpacked(learned.packed())

    assert list(again.decide(["soft", "ugly"]) > 0) == [True, False]
    assert b"lovely" not in learned.packed()


def test_the_shipped_head_reads_languages_it_never_learned():
    words = ["Wunderbar, sehr zufrieden!", "Totalmente decepcionado, muy mala calidad"]
    good, bad = EncoderAnalyser().analyse([Text("", text, "") for text in words])

    assert (good or 0) > (bad or 0)
    assert heads.encoder().weights.shape == (encoding.SIZE,)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is a nice dress and I like it", "en"),
        ("这件衣服很好", "zh"),
        ("この服はとても良い", "ja"),
        ("Очень хорошо", "ru"),
        ("Das Kleid ist sehr schön und nicht teuer", "de"),
        ("12345 !!! 😍", ""),
    ],
)
def test_the_language_is_told(text, language):
    assert detect(text) == language


def test_alike_texts_share_a_part_of_their_signature():
    text = "The dress arrived quickly, the fabric is soft and the colour exactly as pictured."
    other = "I returned the kettle because its lid leaks and nobody answered my three mails."

    assert set(fingerprint(text)) & set(fingerprint(text.upper().replace(",", "")))
    assert not set(fingerprint(text)) & set(fingerprint(other))
    assert fingerprint("very good") == []
