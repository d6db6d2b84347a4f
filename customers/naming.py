"""What names a person, wherever it stands: addresses, numbers, the whole name, visitors."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from django.db.models import Q, QuerySet

from customers.models import Customer, Identity, Recognition
from shops import secrecy

SHORTEST = 6  # characters: what is shorter stands in too much that is not about them


@dataclass(frozen=True)
class Person:
    """One erased person. `shared` counts what names somebody else of the shop as well, and stays
    theirs."""

    shop: int
    customers: list[int]
    ids: list[str] = field(default_factory=list)  # what the shop calls them; no word by itself
    words: list[str] = field(default_factory=list)
    shared: int = 0

    def sealed(self) -> str:
        return secrecy.seal(json.dumps(asdict(self)))

    @classmethod
    def unsealed(cls, text: str) -> "Person":
        return cls(**json.loads(secrecy.unseal(text)))

    @property
    def pattern(self) -> str:
        """A regular expression that Python and Postgres read alike; empty: nothing names them."""
        found = "|".join(_escaped(word) for word in sorted(self.words, key=len, reverse=True))
        return rf"(?<![a-zA-Z0-9._+-])(?:{found})(?![a-zA-Z0-9])" if found else ""

    @property
    def pattern_of_ids(self) -> str:
        """Their id as platforms write it into JSON."""
        names = "|".join(_escaped(name) for name in self.ids)
        keys = "id|customer|customer_id|external_id|user_id"
        return rf'"(?:{keys})"\s*:\s*"?(?:{names})"?\s*[,}}]' if names else ""


def of(shop: int, customers: Iterable[Customer], told: str = "") -> Person:
    """All that names these customers, who are one person; `told` is the id in their wish."""
    family = list(customers)
    pks = [customer.pk for customer in family]
    found = {_guest(told), *_said(family)}
    known = Identity.objects.filter(customer__in=pks)
    found |= {_guest(value) for value in known.exclude(kind="external_id").values_list(
        "value", flat=True)}  # fmt: skip
    found |= set(Recognition.objects.filter(customer__in=pks).values_list("visitor", flat=True))
    words = {word for word in found if len(word) >= SHORTEST}
    others = _named(shop, words).exclude(pk__in=pks) if words else Customer.objects.none()
    theirs = {word.lower() for word in _said(others)}
    own = sorted(word for word in words if word.lower() not in theirs)
    ids = {told, *(customer.external_id for customer in family)}
    kept = sorted(name for name in ids if name and not name.startswith(("guest:", "erased:")))
    return Person(shop, pks, kept, own, len(words) - len(own))


def without_newcomers(person: Person) -> Person:
    """Whoever has come back since with the same address is a customer again, and stays one."""
    again = {word.lower() for word in _said(_named(person.shop, set(person.words)))}
    return replace(person, words=[word for word in person.words if word.lower() not in again])


def _said(customers: Iterable[Customer]) -> set[str]:
    found: set[str] = set()
    for each in customers:
        whole = f"{each.first_name} {each.last_name}" if each.first_name and each.last_name else ""
        found |= {each.email, each.phone, _guest(each.external_id), whole}
    return found - {""}


def _named(shop: int, words: set[str]) -> QuerySet[Customer]:
    names = Q(email__in=words) | Q(phone__in=words)
    for word in words:
        first, _space, last = word.partition(" ")
        if last:
            names |= Q(first_name=first, last_name=last)
    return Customer.objects.filter(names, shop=shop)


def _guest(name: str) -> str:
    """A guest is called by the address they gave; other ids are no words."""
    return name.removeprefix("guest:") if name.startswith("guest:") or "@" in name else ""


def _escaped(word: str) -> str:
    """The word as it may be written: plainly, in an address of the web, in JSON's escapes."""
    plain = re.sub(r"([^\w])", r"\\\1", word)
    return plain.replace(r"\@", r"(?:\@|%40|\\{1,2}u0040)").replace(r"\+", r"(?:\+|%2[Bb])")
