"""What a customer allows by channel and purpose, with everything that was ever said and its proof.

Proofs show network addresses only in part: the page tells who said what, not where they live.
"""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.models import Consent, ConsentStatement, Customer, Suppression

HIDDEN = "•••"


@dataclass(frozen=True)
class Said:
    """One statement: given or withdrawn, when, how, and what shows it."""

    given: bool
    explicit: bool
    at: datetime
    how: str
    proof: list[tuple[str, str]]


@dataclass(frozen=True)
class Permission:
    """One channel and purpose: whether it is allowed now, since when, and the story of it."""

    channel: str
    purpose: str
    is_open: bool
    since: datetime
    suppressed: str = ""
    said: list[Said] = field(default_factory=list)


def permissions(customer: Customer) -> list[Permission]:
    """Every channel and purpose that anything was said about."""
    statements = ConsentStatement.objects.filter(customer=customer).order_by(
        "channel", "purpose", "-occurred_at", "given"
    )
    open_since = {
        (consent.channel, consent.purpose): consent.given_at
        for consent in Consent.objects.filter(customer=customer, ended_at=None)
    }
    blocked = _suppressed(customer)
    found = []
    for key, group in groupby(statements, key=lambda said: (said.channel, said.purpose)):
        rows = list(group)
        said = [Said(r.given, r.explicit, r.occurred_at, r.how, proof(r.proof)) for r in rows]
        since = open_since.get(key, rows[0].occurred_at)
        found.append(Permission(*key, key in open_since, since, blocked.get(key[0], ""), said))
    return found


def _suppressed(customer: Customer) -> dict[str, str]:
    """Channels on which the customer's address must not be written to, and why."""
    email, phone = customer.email.lower(), customer.phone.lower()
    theirs = Q(channel="sms", address=phone) | ~Q(channel="sms") & Q(address=email)
    rows = Suppression.objects.filter(theirs, shop=customer.shop).exclude(address="")
    return {row.channel: row.reason for row in rows}


def proof(said: dict[str, str]) -> list[tuple[str, str]]:
    """What shows a statement, part by part, in the order people ask for it."""
    names = {
        "wording": _("Text shown"),
        "page": _("Where"),
        "ip": _("Network address"),
        "user_agent": _("Browser"),
        "reference": _("Reference"),
    }
    known = [(names[key], said[key]) for key in names if said.get(key) and key != "ip"]
    if said.get("ip"):
        known.append((names["ip"], masked(said["ip"])))
    rest = [(key, str(value)) for key, value in said.items() if key not in names and value]
    return known + rest


def masked(address: str) -> str:
    """A network address without the part that tells households apart."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return HIDDEN
    if parsed.version == 4:
        return f"{address.strip().rpartition('.')[0]}.{HIDDEN}"
    return ":".join(parsed.exploded.split(":")[:3]) + f":{HIDDEN}"
