"""How a platform's own API is asked for its orders. Pure: what to call, and what the answer means.

The calls themselves are made by `shops.reconcile`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from shops.reaching import Reply

LONGEST_WAIT = 3600.0
WAIT_UNSAID = 10.0  # where a platform asks for a pause and does not say how long


class ApiFault(Exception):
    """The API did not answer with orders; says why, in words for the shop's owner.

    `refused`: the credentials are at fault. `wait`: it asks to be left alone for so many seconds.
    `stale`: it no longer knows the cursor, and the walk has to begin anew.
    """

    def __init__(
        self, message: str, *, refused: bool = False, wait: float = 0.0, stale: bool = False
    ) -> None:
        super().__init__(message)
        self.refused, self.wait, self.stale = refused, wait, stale


@dataclass(frozen=True, slots=True)
class Access:
    """The address of a shop's API and what it asks of a caller."""

    url: str
    credentials: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Walk:
    """The orders changed from `since` to `until`, page by page; `cursor` is where it goes on."""

    since: datetime
    until: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET request."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Orders as the API writes them. `cursor` is "" on the last page; `wait` spares the API."""

    orders: Sequence[Any]
    cursor: str = ""
    wait: float = 0.0


class Api(ABC):
    """Walks through the orders of one platform's API."""

    topic: str  # the webhook topic that carries the same body
    credentials: Mapping[str, Any]  # what the shop's owner enters, and its label
    example: str
    guide: str | Promise

    @abstractmethod
    def address(self, typed: str) -> str:
        """The API's address from what somebody typed: the shop's address is enough."""

    @abstractmethod
    def question(self, access: Access, walk: Walk) -> Question:
        """The call for the walk's next page."""

    @abstractmethod
    def page(self, walk: Walk, reply: Reply) -> Page:
        """The page in an answer. Raises ApiFault."""


def origin(typed: str) -> str:
    """What was typed as an address with a scheme and without a query."""
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def utc(moment: datetime) -> str:
    """A time as both APIs understand it: whole seconds, UTC, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def content(reply: Reply) -> Any:
    """The JSON of a successful answer. Raises ApiFault."""
    _check_status(reply)
    try:
        # Plug-ins of WordPress are known to put a byte order mark in front.
        return orjson.loads(reply.text.lstrip("\ufeff \r\n"))
    except ValueError as fault:
        beginning = " ".join(reply.text[:120].split())
        raise ApiFault(
            _("The answer is not whole JSON (%(fault)s). It begins: %(beginning)s")
            % {"fault": fault, "beginning": beginning}
        ) from fault


def _check_status(reply: Reply) -> None:
    said = " ".join(strip_tags(reply.text[:2000]).split())[:200]
    if reply.status in {429, 503} and (reply.status == 429 or "retry-after" in reply.headers):
        wait = retry_after(reply.headers.get("retry-after", ""))
        raise ApiFault(_("The shop asks to be left alone for %d seconds.") % wait, wait=wait)
    if reply.status in {401, 403}:
        raise ApiFault(
            _("The shop refuses these credentials (%(status)d): %(said)s")
            % {"status": reply.status, "said": said},
            refused=True,
        )
    if 300 <= reply.status < 400:
        target = reply.headers.get("location", "")[:200]
        raise ApiFault(_("The shop's API has another address; enter that one: %s") % target)
    if reply.status == 404:
        raise ApiFault(_("There is no such API at this address (404). Check the address."))
    if reply.status != 200:
        raise ApiFault(
            _("The shop answered %(status)d: %(said)s") % {"status": reply.status, "said": said},
            stale=reply.status == 400,
        )


def retry_after(text: str) -> float:
    """Seconds of a Retry-After header, which holds seconds or a date."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            seconds = WAIT_UNSAID
    return min(max(seconds, 1.0), LONGEST_WAIT)
