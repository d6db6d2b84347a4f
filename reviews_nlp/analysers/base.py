"""What an analyser must do."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a review and the language they are in ("" when unknown)."""

    title: str
    body: str
    language: str


class Analyser(ABC):
    """Reads texts; a new version means that older analyses may be made again."""

    version: str

    @abstractmethod
    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        """Sentiment of each text from -1 (bad) to 1 (good); None where it cannot tell."""
