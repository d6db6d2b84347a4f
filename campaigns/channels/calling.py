"""Carriers that are called over HTTP, one letter at a time, at addresses that somebody typed in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from django.conf import settings

from campaigns import catcher, rendering
from campaigns.channel_models import ChannelAccount
from campaigns.channels.base import Channel, ChannelError, OneByOne
from campaigns.letters import Letter
from campaigns.rendering import Rendered
from shops import reaching

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL)
# The carrier said that it did not take it; other faults of a server may come after it did.
NOT_NOW = {408, 425, 429, 503}


class Calling(Channel, OneByOne):
    """Knows the shops' accounts for the time of a turn. Without one, and while mail is caught, the
    letter is caught as well."""

    name = ""

    def __init__(self) -> None:
        self.accounts: dict[int, ChannelAccount | None] = {}

    @contextmanager
    def open(self, way: str = "") -> Iterator["Calling"]:
        yield self

    def account(self, letter: Letter) -> ChannelAccount | None:
        if letter.shop.pk not in self.accounts:
            rows = ChannelAccount.objects.filter(shop=letter.shop, channel=self.name)
            self.accounts[letter.shop.pk] = rows.first()
        return self.accounts[letter.shop.pk]

    def send(self, letter: Letter) -> str:
        said = rendering.render(letter.template, letter.context)
        account = self.account(letter)
        if account is not None:
            return self.call(account, letter, said)
        if not settings.EMAIL_IS_CAUGHT:
            raise ChannelError(f"The shop has no account for {self.name}.", permanent=True)
        catcher.catch(self.name, letter.address, said.subject, said.text)
        return f"caught-{letter.id}"

    def call(self, account: ChannelAccount, letter: Letter, said: Rendered) -> str:
        """Hand the letter over; returns the carrier's id. Raises ChannelError."""
        raise NotImplementedError


def post(url: str, content: bytes, headers: Mapping[str, str]) -> reaching.Reply:
    """One call. Raises ChannelError: uncertain unless it is sure that the carrier has nothing."""
    try:
        reaching.check(url)
    except reaching.Unreachable as fault:
        raise ChannelError(str(fault)) from fault
    try:
        reply = reaching.call("POST", url, headers=headers, content=content)
    except reaching.Unreachable as fault:
        surely_not = isinstance(fault.__cause__, NEVER_LEFT)
        raise ChannelError(str(fault), uncertain=not surely_not) from fault
    if reply.status in NOT_NOW:
        raise ChannelError(f"The carrier answered {reply.status}")
    if reply.status >= 500:
        raise ChannelError(f"The carrier answered {reply.status}", uncertain=True)
    return reply
