"""Finding customers by what people type: each way follows an index, however many there are."""

from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat, Lower

from customers.models import Customer

LONGEST, MOST = 254, 5_000


def matching(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose e-mail, name or last name begins with the text, or whose id it is.

    Of each way at most MOST: "a" begins the names of a tenth of them, and nobody pages so far.
    """
    words = " ".join(text.replace("\x00", "").split())[:LONGEST].lower()
    if not words:
        return customers
    among = customers.order_by()
    by_email = among.filter(email__startswith=words)
    if "@" in words:
        return customers.filter(pk__in=_keys(by_email))
    full = Concat("first_name", Value(" "), "last_name")
    ways = [
        among.filter(external_id__in={words, text.strip()}),
        # As its index: customers without a last name are not in it.
        among.alias(called=Lower("last_name"))
        .exclude(last_name="")
        .filter(called__startswith=words),
        among.alias(called=Lower(full)).filter(called__startswith=words),
    ]
    # A union of keys: of conditions joined by OR the planner would read the whole table.
    return customers.filter(pk__in=_keys(by_email).union(*map(_keys, ways), all=True))


def _keys(found: QuerySet[Any]) -> QuerySet[Any, Any]:
    return found.values("pk")[:MOST]
