"""Calls to addresses that somebody typed in: never to the inside of our own network.

The name is resolved once, each of its addresses is checked, and the call goes to a checked address:
a name that resolves otherwise a moment later changes nothing. Redirects are not followed.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shops import sentences

TIMEOUT = httpx.Timeout(15, connect=5)
MOST_SECONDS = 60  # for a whole answer: one that drips in byte by byte never times out
MOST_ANSWER = 64_000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# NAT64 (RFC 6052), and the older notation that is IPv4 after 96 zeros (RFC 4291).
TRANSLATED = [ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96")]
# A local NAT64 (RFC 8215) and site-local addresses, which Python calls global.
INSIDE = [ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("fec0::/10")]


class Unreachable(Exception):
    """The call was not made or not answered; says why, in another language later, too."""

    def __init__(self, text: Promise | str, **values: str | float) -> None:
        self.sentence = sentences.kept(text, **values)
        super().__init__(sentences.said(self.sentence))


@dataclass(frozen=True)
class Reply:
    """What the other side answered, cut to a sensible length. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


def check(url: str) -> str:
    """The address to call for this URL. Raises Unreachable."""
    try:
        parts = urlsplit(url)
    except ValueError as fault:  # such as an unmatched bracket
        raise Unreachable(_("This is not an address: %(why)s"), why=str(fault)) from fault
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Unreachable(_("The address must begin with https:// or http://."))
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError) as fault:
        raise Unreachable(
            _("The name %(name)s cannot be resolved."), name=parts.hostname
        ) from fault
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_outside(address):
            raise Unreachable(_("%(name)s is inside a private network."), name=parts.hostname)
    return addresses[0]


def is_outside(text: str) -> bool:
    """Whether an address belongs to the public internet, or an operator allows its network."""
    address = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    if _is_in_allowed(address):
        return True
    if any(address in network for network in INSIDE):
        return False
    return address.is_global and not address.is_multicast


def _innermost(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: a gateway on the way would go there."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_allowed(host: str) -> bool:
    """Whether this is an address, and no name, of a network that an operator allows."""
    try:
        return _is_in_allowed(ipaddress.ip_address(host))
    except ValueError:
        return False


def _is_in_allowed(address: Address) -> bool:
    networks = settings.OUTGOING_ALLOWED_NETWORKS
    return any(address in ipaddress.ip_network(network) for network in networks)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    most: int = MOST_ANSWER,
) -> Reply:
    """Call an outside address; the answer is cut after `most` bytes. Raises Unreachable."""
    address, parts = check(url), urlsplit(url)
    literal = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{literal}:{parts.port}" if parts.port else literal).geturl()
    known = {**(headers or {}), "Host": parts.netloc.rpartition("@")[2]}
    extensions = {"sni_hostname": parts.hostname}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
            client.stream(
                method, target, headers=known, content=content, extensions=extensions
            ) as answer,
        ):
            text = _beginning(answer, most)
            return Reply(answer.status_code, dict(answer.headers), text)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        raise Unreachable(f"{type(fault).__name__}: {fault}"[:300]) from fault


def _beginning(answer: httpx.Response, most: int) -> str:
    content, deadline = bytearray(), time.monotonic() + MOST_SECONDS
    for part in answer.iter_bytes():
        content += part
        if len(content) > most:
            break
        if time.monotonic() > deadline:
            raise Unreachable(
                _("The answer was not complete after %(seconds)d seconds."), seconds=MOST_SECONDS
            )
    return content[:most].decode(errors="replace").replace("\x00", "")
