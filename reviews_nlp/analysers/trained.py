"""A classifier of words and characters that was trained on public reviews."""

from collections.abc import Sequence
from math import tanh

from reviews_nlp import heads
from reviews_nlp.analysers.base import Analyser, Text


class TrainedAnalyser(Analyser):
    """Chinese by its characters, without a segmenter; see the card in docs/reviews.md."""

    version = heads.VERSION

    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        chosen = [n for n, text in enumerate(texts) if text.language[:2] == "zh" and text.words()]
        found: list[float | None] = [None] * len(texts)
        if chosen:
            decided = heads.chinese().decide([texts[n].words() for n in chosen])
            for n, odds in zip(chosen, decided, strict=True):
                found[n] = tanh(odds / 2)
        return found
