"""Facts become rows: the one path for webhooks and imports, a few statements a batch.

Every statement is safe to repeat and lets the newer of two updates win, so repeats and calls out of
order converge. One batch of a shop is stored at a time. Keys are sorted inside each statement.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from customers import (
    consent,
    filling,
    forgetting,
    identity,
    merging,
    orders,
    privacy,
    product_news,
    touchpoints,
)
from customers.changes import Part
from customers.columns import run
from customers.forgetting import version
from customers.people import People
from customers.sql import (
    COUPONS,
    CUSTOMER_FIELDS,
    CUSTOMERS,
    IDENTITIES,
    ONE_AT_A_TIME,
    PRODUCT_FIELDS,
    PRODUCTS,
)
from shops.connectors.base import (
    LONG_AGO,
    ConsentFact,
    CouponFact,
    CustomerFact,
    Fact,
    MergeFact,
    OrderFact,
    PrivacyFact,
    ProductFact,
    RecognitionFact,
    TouchpointFact,
)
from shops.models import Shop

# Of a new product; else "".
UNSAID: dict[str, Any] = {
    "price_cents": None, "available": True, "stock_count": None, "cost_cents": None
}  # fmt: skip


def store(shop: Shop, facts: Sequence[Fact], *, wake: bool = True) -> None:
    """Write a batch of facts about one shop, all or nothing. Safe to repeat.

    `wake` as in `touchpoints.record`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME, {"shop": shop.pk})
        facts = forgetting.without_the_erased(shop, facts)
        documents = [fact for fact in facts if isinstance(fact, OrderFact)]
        events = [fact for fact in facts if isinstance(fact, TouchpointFact)]
        consents = [fact for fact in facts if isinstance(fact, ConsentFact)]
        proofs = [fact for fact in facts if isinstance(fact, RecognitionFact)]
        said = [fact for fact in facts if isinstance(fact, CustomerFact)]
        merges = [fact for fact in facts if isinstance(fact, MergeFact)]
        named = _named(documents, [*events, *consents, *proofs], merges)
        customers, changed = _customers(shop, said, named)
        changed_products = _products(
            shop, [f for f in facts if isinstance(f, ProductFact)], documents
        )
        _coupons(shop, [fact for fact in facts if isinstance(fact, CouponFact)])
        orders.store(shop, documents, customers, wake=wake)
        consent.state(shop, [_statement(fact, customers) for fact in consents])
        met = identity.recognise(shop, [_proof(fact, customers) for fact in proofs])
        touchpoints.record(_touchpoints(shop, events, customers), wake=wake)
        if wake:
            product_news.tell(shop, changed_products)
        for fact in facts:
            if isinstance(fact, PrivacyFact):
                privacy.receive(shop, fact)
        merging.merge_named(shop, [_pair(fact, customers) for fact in merges], wake=wake)
        if wake:
            allowed = [customers.owner(fact.customer_id) for fact in consents if fact.explicit]
            told = [*changed, *filter(None, allowed)]
            touchpoints.mark_stale(told, Part.CUSTOMER | Part.CONSENT)
            touchpoints.mark_stale(met, Part.TOUCHPOINTS)


def _named(
    documents: list[OrderFact],
    rest: list[TouchpointFact | ConsentFact | RecognitionFact],
    merges: list[MergeFact],
) -> dict[str, datetime]:
    """Customers that are only mentioned, and since when we know of each."""
    first: dict[str, datetime] = {}
    times = [
        *((order.customer_id, order.placed_at) for order in documents),
        *((fact.customer_id, fact.occurred_at) for fact in rest),
        *((name, fact.occurred_at) for fact in merges for name in (fact.stays, fact.merged)),
    ]
    for name, at in times:
        if name:
            first[name] = min(at, first.get(name, at))
    return first


def _merged(facts: Iterable[Any], fields: Sequence[str]) -> dict[str, dict[str, tuple[str, Any]]]:
    """Per id the newest version and value of each field that was said."""
    merged: dict[str, dict[str, tuple[str, Any]]] = {}
    for fact in facts:
        known = merged.setdefault(fact.external_id, {})
        for field in fields:
            value = getattr(fact, field)
            if value not in ("", None):
                said = (version(fact.updated_at), value)
                known[field] = max(said, known.get(field, said))
    return merged


def _versions(known: dict[str, tuple[str, Any]]) -> Jsonb:
    return Jsonb({field: at for field, (at, _) in known.items()})


def _latest(facts: Iterable[Any]) -> dict[str, datetime]:
    latest: dict[str, datetime] = {}
    for fact in facts:
        latest[fact.external_id] = max(
            fact.updated_at, latest.get(fact.external_id, fact.updated_at)
        )
    return latest


def _customers(
    shop: Shop, said: list[CustomerFact], named: dict[str, datetime]
) -> tuple[People, list[int]]:
    """Make and update customers; returns them by the shop's id, and those that changed.

    A customer who is only named (by an order, say) is made with nothing but the id.
    """
    merged, latest, since = _merged(said, CUSTOMER_FIELDS), _latest(said), dict(named)
    for fact in said:
        at = fact.created_at or fact.updated_at
        if at > LONG_AGO:
            since[fact.external_id] = min(at, since.get(fact.external_id, at))
    rows = [
        (
            name,
            *(merged.get(name, {}).get(field, ("", ""))[1] for field in CUSTOMER_FIELDS),
            _versions(merged.get(name, {})),
            since.get(name, LONG_AGO),
            latest.get(name, LONG_AGO),
        )
        for name in sorted(merged.keys() | named.keys())
    ]
    found = run(CUSTOMERS, rows, shop.pk)
    keys = {external_id: pk for external_id, pk, _, _ in found}
    into = {external_id: survivor for external_id, _, survivor, _ in found if survivor}
    own = sorted((name, pk) for name, pk in keys.items() if name not in into)
    run(IDENTITIES, [(pk, name) for name, pk in own], shop.pk)
    changed = {survivor or pk: survivor for _, pk, survivor, changed in found if changed}
    for survivor in {*filter(None, changed.values())}:
        filling.fill(survivor)
    return People(keys, into), list(changed)


def _products(
    shop: Shop, said: list[ProductFact], documents: list[OrderFact]
) -> list[tuple[Any, ...]]:
    """Make and update products; returns those whose price or stock changed."""
    merged, latest = _merged(said, PRODUCT_FIELDS), _latest(said)
    nested = [order.cancellation for order in documents if order.cancellation]
    sold = {line.product_id for order in [*documents, *nested] for line in order.lines}
    rows = []
    for name in sorted(merged.keys() | sold):
        known = merged.get(name, {})
        values = [known[field][1] if field in known else UNSAID.get(field, "")
                  for field in PRODUCT_FIELDS]  # fmt: skip
        rows.append((name, *values, _versions(known), latest.get(name, LONG_AGO)))
    return run(PRODUCTS, rows, shop.pk)


def _coupons(shop: Shop, said: list[CouponFact]) -> None:
    newest: dict[str, CouponFact] = {}
    for fact in sorted(said, key=lambda fact: (fact.updated_at, fact.code, fact.kind, fact.value)):
        newest[fact.external_id] = fact
    rows = [
        (f.external_id, f.code, f.kind, f.value, f.used_count, f.expires_at, f.updated_at)
        for _, f in sorted(newest.items())
    ]
    run(COUPONS, rows, shop.pk)


def _pair(fact: MergeFact, customers: People) -> tuple[int, int, str, str]:
    return customers.told[fact.stays], customers.told[fact.merged], fact.source, "shop"


def _statement(fact: ConsentFact, customers: People) -> consent.Statement:
    name = fact.customer_id
    return consent.Statement(
        customers.survivors.get(name, customers.told[name]),
        fact.channel,
        given=fact.given,
        occurred_at=fact.occurred_at,
        how=fact.how,
        explicit=fact.explicit,
        proof=fact.proof,
        merged_from=customers.merged_from(name),
    )


def _proof(fact: RecognitionFact, customers: People) -> identity.Proof:
    customer = fact.customer_key or customers.told[fact.customer_id]
    return identity.Proof(fact.source, fact.visitor, customer, fact.occurred_at, fact.how)


def _touchpoints(
    shop: Shop, events: list[TouchpointFact], customers: People
) -> list[touchpoints.Row]:
    visits = [event for event in events if event.visitor]
    owners = identity.owners(shop, {event.visitor for event in visits})
    first = touchpoints.first_told(shop, [(event.source, event.occurred_at) for event in visits])
    rows = []
    for event in events:
        at = first[event.source] if event.visitor else event.occurred_at
        name = "" if event.visitor else event.customer_id
        owner = owners.at(event.visitor, at) if event.visitor else customers.owner(name)
        data = event.data | _revision(event)
        came = customers.merged_from(name)
        rows.append(touchpoints.Row(shop.pk, owner, event.kind, event.source, at, data, came))
    return rows


def _revision(event: TouchpointFact) -> dict[str, str]:
    return {touchpoints.REVISION: version(event.revised_at)} if event.revised_at else {}
