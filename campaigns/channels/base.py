"""What a channel must do."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from campaigns.letters import Letter
from campaigns.rendering import RenderingError


class ChannelError(Exception):
    """The carrier did not take the message. Permanent ones are not tried again.

    `uncertain` means that it may have taken it: nobody may send it again by themselves. `bounced`
    means that it does not take this recipient, now or ever.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        bounced: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent, self.uncertain, self.bounced = permanent, uncertain, bounced


class AccountRefused(ChannelError):
    """The service does not take our key, or the account may not send."""


@dataclass(slots=True)
class Outcome:
    """What became of a letter: "sent", "later", "failed", "uncertain", or "again": not begun.

    `bounced` says that there is no such address, now or ever: it is never written to again.
    """

    letter: Letter
    status: str
    reason: str = ""
    carrier_id: str = ""
    bounced: bool = False


class Sender(ABC):
    """A way to the carrier that is kept open for several batches."""

    @abstractmethod
    def hand_over(self, letters: Iterator[Letter]) -> Iterator[Outcome]:
        """Hand letters over and tell of each what became of it, in any order.

        A letter is asked for only when it can be handed over now. Those without an outcome were
        not handed over. Raises ChannelError when the carrier cannot be reached.
        """


class OneByOne(Sender):
    """A carrier that takes one letter after the other and answers at once."""

    @abstractmethod
    def send(self, letter: Letter) -> str:
        """Hand one letter over; returns the carrier's id. Raises ChannelError, RenderingError."""

    def hand_over(self, letters: Iterator[Letter]) -> Iterator[Outcome]:
        for letter in letters:
            try:
                yield Outcome(letter, "sent", carrier_id=self.send(letter))
            except RenderingError as fault:
                yield Outcome(letter, "failed", str(fault))
            except ChannelError as fault:
                yield Outcome(letter, status_of(fault), str(fault), bounced=fault.bounced)


def status_of(fault: ChannelError) -> str:
    """What becomes of a letter that met this."""
    if fault.uncertain:
        return "uncertain"
    return "failed" if fault.permanent else "later"


class Channel(ABC):
    """A way to reach customers."""

    @abstractmethod
    def open(self, way: str = "") -> AbstractContextManager[Sender]:
        """A way to the carrier, closed at the end; opening it does not yet ask the carrier."""

    def ways(self, shops: Collection[int]) -> dict[int, str]:
        """By which way of several a shop's letters go; shops that are not named go by the usual."""
        return {}
