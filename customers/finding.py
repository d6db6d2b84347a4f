"""Finding customers by what people type: each way follows an index, however many there are."""

from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Lower

from customers.models import Customer

LONGEST = 254


def matching(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose e-mail, name or last name begins with the text, or whose id it is."""
    words = " ".join(text.replace("\x00", "").split())[:LONGEST].lower()
    if not words:
        return customers
    if "@" in words:
        found = Q(pk__in=_by_email(words))
        return customers.filter(found)
    ways = [
        _by_email(words),
        Customer.objects.filter(external_id__in={words, text.strip()}).values("pk"),
        _named(F("last_name"), words).exclude(last_name=""),  # as its index
        _named(Concat("first_name", Value(" "), "last_name"), words),
    ]
    # A union of keys: of conditions joined by OR the planner would read the whole table.
    return customers.filter(pk__in=ways[0].union(*ways[1:], all=True))


def _by_email(words: str) -> Any:
    return Customer.objects.filter(email__startswith=words).values("pk")


def _named(name: object, words: str) -> Any:
    return Customer.objects.alias(called=Lower(name)).filter(called__startswith=words).values("pk")
