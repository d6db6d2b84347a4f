"""What every provider of a language model offers: a conversation in, one text out, no tools."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Turn:
    """One message of a conversation; `role` is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True)
class Question:
    """What is asked: the turns, the schema that the answer must fit, and the longest answer."""

    turns: tuple[Turn, ...]
    schema: dict[str, Any]
    max_tokens: int


@dataclass(frozen=True)
class Reply:
    """The model's text; tokens are None where the server does not count them."""

    text: str
    input_tokens: int | None = None
    output_tokens: int | None = None


class Failed(Exception):
    """No usable reply: `outcome` is refused, timeout or broken, the message says what to do."""

    def __init__(self, outcome: str, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


class Provider(ABC):
    """A place where a model runs.

    `host` is where the words go, for the egress log; `model` is the model's name there. A small
    model chooses from lists; it is not trusted to write sentences.
    """

    host: str
    model: str
    small: bool = False

    @abstractmethod
    def complete(self, question: Question) -> Reply:
        """Answer the question, or raise `Failed`; nothing is kept between two questions."""
