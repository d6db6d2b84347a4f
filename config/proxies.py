"""From which address a request comes, where proxies of ours stand in between.

Each proxy adds to X-Forwarded-For who called it, at the right; what stands further left was
written by whoever called, and may be a lie. So the header is read from the right, and only as far
as the proxies that TRUSTED_PROXIES names have written it.
"""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]
Trust = Callable[[int, str], bool]


def see_through(get_response: Answer) -> Answer:
    """The middleware: from here on REMOTE_ADDR is the caller's, for all that count by it."""
    if not settings.TRUSTED_PROXIES:
        return get_response
    trusts = trust(settings.TRUSTED_PROXIES)

    def answer(request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        told = request.headers.get("X-Forwarded-For", "")
        request.META["REMOTE_ADDR"] = caller(read(peer) or peer, told, trusts)
        return get_response(request)

    return answer


def trust(named: list[str]) -> Trust:
    """Whether what the caller so many steps away, with this address, has written is believed."""
    if len(named) == 1 and named[0].isdecimal():
        most = int(named[0])
        return lambda step, address: step < most
    try:
        networks = [ip_network(each) for each in named]
    except ValueError as fault:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES is a number of proxies or a list of networks: {fault}"
        ) from fault
    return lambda step, address: bool(address) and any(ip_address(address) in n for n in networks)


def caller(peer: str, told: str, trusts: Trust) -> str:
    """The nearest address that no trusted proxy has; theirs, where they tell no better one."""
    address = peer
    for step, hop in enumerate(reversed(told.split(","))):
        found = read(hop) if trusts(step, address) else ""
        if not found:
            break
        address = found
    return address


def read(hop: str) -> str:
    """The address in one part of the header, without a port; empty where there is none."""
    hop = hop.strip()
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ip_address(hop)
    except ValueError:
        return ""
    if "%" in hop:  # a link's own address means nothing elsewhere
        return ""
    # IPv4 as an IPv6 socket sees it is the same caller.
    return str(getattr(address, "ipv4_mapped", None) or address)
