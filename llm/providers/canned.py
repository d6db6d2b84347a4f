"""Replies that were written down before, for tests and demonstrations: nothing leaves."""

from collections.abc import Iterable

from llm.providers.base import Failed, Provider, Question, Reply


class Canned(Provider):
    """Gives its replies one after the other and keeps what it was asked."""

    host = "none"
    model = "canned"

    def __init__(self, replies: Iterable[str] = ()) -> None:
        self.replies = list(replies)
        self.asked: list[Question] = []

    def complete(self, question: Question) -> Reply:
        self.asked.append(question)
        if not self.replies:
            raise Failed("broken", "No canned reply is left.")
        return Reply(self.replies.pop(0))
