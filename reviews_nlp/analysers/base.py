"""What an analyser must do."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a review, its language ("" when unknown), and the shop it was written for."""

    title: str
    body: str
    language: str
    shop: int = 0

    def words(self) -> str:
        return f"{self.title}. {self.body}".strip(". ")


class Analyser(ABC):
    """Reads texts; a new version means that older analyses may be made again.

    `weight` is what its evidence counts in the verdict. A slow one is asked after the quick ones
    have given a first verdict.
    """

    version: str
    weight: float = 1.0
    slow: bool = False

    @classmethod
    def available(cls) -> bool:
        """Whether what it needs is installed; one that is not available is never asked."""
        return True

    @abstractmethod
    def analyse(self, texts: Sequence[Text]) -> list[float | None]:
        """Sentiment of each text from -1 (bad) to 1 (good); None where it cannot tell.

        It is 2p - 1, where p is the probability that the text is a good review, given that good and
        bad ones are equally frequent.
        """
