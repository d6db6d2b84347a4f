"""What a channel must do."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from campaigns.models import Message
from campaigns.rendering import Rendered


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


class Sender(ABC):
    """An open line to the carrier, for one batch."""

    @abstractmethod
    def send(self, message: Message, rendered: Rendered, unsubscribe_url: str) -> str:
        """Hand one message over; returns the carrier's id. Raises ChannelError."""


class Channel(ABC):
    """A way to reach customers."""

    @abstractmethod
    def open(self) -> AbstractContextManager[Sender]:
        """A line to the carrier that serves a batch. Raises ChannelError."""
