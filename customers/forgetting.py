"""Who was erased stays erased, whatever is read late or once more.

What the shop said before a person asked to be erased may still come: late, or by a replay of old
deliveries. It is kept as figures of nobody; what is said after the request counts again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max

from customers.models import PrivacyRequest
from shops.connectors.base import (
    LONG_AGO,
    ConsentFact,
    CustomerFact,
    Fact,
    OrderFact,
    TouchpointFact,
)
from shops.models import Shop

ERASED = "erased_at"  # in a touchpoint's data: its words are gone, older ones never come back
ERASURE = "erasure"  # how a consent ended
FIGURES = ("product_id", "rating")  # what says nothing about who it was

Asked = Mapping[str, datetime]  # when whom the shop calls this asked to be erased


def faceless(name: str) -> str:
    """What a customer is called after an erasure: a guest's name is an e-mail address."""
    if not name.startswith("guest:"):
        return name
    return "erased:" + hashlib.sha256(name.encode()).hexdigest()[:32]


def version(at: datetime) -> str:
    """A time as text that sorts like the time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def figures(data: Mapping[str, Any], asked_at: datetime) -> dict[str, Any]:
    """What is left of a touchpoint's data."""
    return {ERASED: version(asked_at)} | {key: data[key] for key in FIGURES if key in data}


def without_the_erased(shop: Shop, facts: Sequence[Fact]) -> list[Fact]:
    """The facts, those about somebody erased since as figures of nobody."""
    asked = _asked(shop, {name for fact in facts for name in _names(fact)})
    if not asked:
        return list(facts)
    return [left for fact in facts for left in _left_of(fact, asked)]


def _asked(shop: Shop, names: Iterable[str]) -> Asked:
    known = {faceless(name): name for name in names if name}
    erased = PrivacyRequest.objects.filter(
        shop=shop, kind="erase", customer_id_of_shop__in=list(known)
    )
    times = erased.values("customer_id_of_shop").annotate(at=Max("requested_at"))
    return {known[row["customer_id_of_shop"]]: row["at"] for row in times}


def _names(fact: Fact) -> list[str]:
    match fact:
        case CustomerFact():
            return [fact.external_id]
        case OrderFact(cancellation=OrderFact() as taken_back):
            return [fact.customer_id, taken_back.customer_id]
        case OrderFact() | TouchpointFact() | ConsentFact():
            return [fact.customer_id]
        case _:
            return []


def _left_of(fact: Fact, asked: Asked) -> list[Fact]:
    match fact:
        case CustomerFact(external_id=name) if fact.updated_at <= asked.get(name, LONG_AGO):
            return [CustomerFact(faceless(name), fact.updated_at, created_at=fact.created_at)]
        case OrderFact():
            return [_order(fact, asked)]
        case TouchpointFact(customer_id=name) if _said(fact) <= asked.get(name, LONG_AGO):
            left = figures(fact.data, asked[name])
            return [replace(fact, customer_id=faceless(name), data=left, revised_at=None)]
        case ConsentFact(customer_id=name) if fact.occurred_at <= asked.get(name, LONG_AGO):
            said = replace(fact, customer_id=faceless(name), proof={})
            return [said, replace(said, given=False, occurred_at=asked[name], how=ERASURE)]
        case _:
            return [fact]


def _order(order: OrderFact, asked: Asked) -> OrderFact:
    """An order stays as it is, with whoever had that name when it was placed."""
    if order.cancellation:
        order = replace(order, cancellation=_order(order.cancellation, asked))
    was_erased_since = order.placed_at <= asked.get(order.customer_id, LONG_AGO)
    return replace(order, customer_id=faceless(order.customer_id)) if was_erased_since else order


def _said(touchpoint: TouchpointFact) -> datetime:
    return touchpoint.revised_at or touchpoint.occurred_at
