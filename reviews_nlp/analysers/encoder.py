"""A small head on a multilingual sentence encoder: any of its hundred languages."""

from collections.abc import Sequence
from math import tanh

from llm import encoding
from reviews_nlp import heads
from reviews_nlp.analysers.base import Analyser, Text


class EncoderAnalyser(Analyser):
    """multilingual-e5-small with our logistic head; see the card in docs/reviews.md."""

    version = heads.VERSION
    # On SemEval-2014's sentences a regression believes it 3.7 times as much as the lexicon; ranking
    # by both is best from 1.5 on, and Chinese goods it never saw are read as well as before.
    weight = 1.5
    slow = True

    @classmethod
    def available(cls) -> bool:
        return encoding.installed()

    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        chosen = [n for n, text in enumerate(texts) if any(map(str.isalpha, text.words()))]
        found: list[float | None] = [None] * len(texts)
        if chosen:
            read = encoding.vectors([texts[n].words() for n in chosen])
            for n, odds in zip(chosen, heads.encoder().decide(read), strict=True):
                found[n] = tanh(odds / 2)
        return found
