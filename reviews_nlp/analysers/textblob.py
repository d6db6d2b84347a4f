"""TextBlob's pattern lexicon: English, instant, no training."""

from collections.abc import Sequence
from importlib.metadata import version

from textblob import TextBlob

from reviews_nlp.analysers.base import Analyser, Text


class TextBlobAnalyser(Analyser):
    """Mean polarity of the words TextBlob knows; other languages are left to other analysers."""

    version = version("textblob")

    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        return [self._sentiment(text) for text in texts]

    def _sentiment(self, text: Text) -> float | None:
        words = f"{text.title}. {text.body}".strip(". ")
        if not words or text.language.split("-")[0] not in {"", "en"}:
            return None
        polarity: float = TextBlob(words).sentiment.polarity
        return max(-1.0, min(1.0, polarity))
