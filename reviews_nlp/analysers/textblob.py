"""TextBlob's pattern lexicon: English, instant, no training."""

from collections.abc import Sequence
from importlib.metadata import version

from textblob import TextBlob

from reviews_nlp.analysers.base import Analyser, Text


class TextBlobAnalyser(Analyser):
    """Mean polarity of the words TextBlob knows; other languages are left to other analysers.

    It is the baseline: shown beside the others, and with little weight, because our own lexicon
    says the same better (benchmark `sentiment`).
    """

    version = version("textblob")
    weight = 0.1

    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        return [self._sentiment(text) for text in texts]

    def _sentiment(self, text: Text) -> float | None:
        if not text.words() or text.language.split("-")[0] not in {"", "en"}:
            return None
        polarity: float = TextBlob(text.words()).sentiment.polarity
        return max(-1.0, min(1.0, polarity))
