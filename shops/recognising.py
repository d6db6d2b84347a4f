"""How a visitor of a shop's pages proves to be one of its customers.

A page is public: what it says of itself proves nothing. So the shop's server signs the id of
whoever signed in, and a link in a mail carries a token that we signed.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature as NotOurs
from django.core.signing import Signer

from shops.connectors.base import BadSignature

PARAMETER = "wm"  # of a link; the script takes it out of the address bar
VALID = timedelta(days=30)
SIGNER = Signer(salt="waymark.recognising", sep=".")


def sign(secret: str, customer_id: str) -> str:
    """What the shop's server puts beside a customer's id: HMAC-SHA256, in hex."""
    return hmac.new(secret.encode(), customer_id.encode(), hashlib.sha256).hexdigest()


def check_signature(secrets: Iterable[str], customer_id: str, signature: str) -> None:
    """Accept an id signed with one of the secrets. Raises BadSignature."""
    given = signature.encode("utf-8", "replace")
    for secret in secrets:
        if hmac.compare_digest(sign(secret, customer_id).encode(), given):
            return
    raise BadSignature("does not fit this customer's id and the secret of the shop page script")


def link_parameter(shop_id: int, customer: int, now: datetime) -> str:
    """What a mail's link to the shop says after its `?`: who follows it is known for 30 days.

    `customer` is our own key: a shop's id may be an e-mail address, which no address should show.
    """
    ends = int((now + VALID).timestamp())
    return f"{PARAMETER}={SIGNER.sign(f'{shop_id}-{customer}-{ends}')}"


def customer_of(token: str, shop_id: int, now: datetime) -> int:
    """The customer that a link's token was made for. Raises BadSignature."""
    try:
        shop, customer, ends = map(int, SIGNER.unsign(token).split("-"))
    except (NotOurs, ValueError):
        raise BadSignature("was not made here") from None
    if shop != shop_id:
        raise BadSignature("was made for another shop")
    if datetime.fromtimestamp(ends, UTC) < now:
        raise BadSignature("is too old")
    return customer
