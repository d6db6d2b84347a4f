"""Requests about a person's data that a shop passes on."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import now

from customers import consent, erasing, touchpoints
from customers.consent import Statement
from customers.forgetting import ERASED, ERASURE, FIGURES, faceless, version
from customers.models import (
    ConsentStatement,
    Customer,
    Identity,
    PrivacyRequest,
    Recognition,
)
from customers.sql import CUSTOMER_FIELDS
from shops.connectors.base import PrivacyFact
from shops.models import Shop

# A review loses its words in the room that read them, too: it is left there to be read once more.
BLANK = f"""
UPDATE customers_touchpoint t SET unread = kind = ANY(%(read_later)s),
    data = jsonb_build_object('{ERASED}', %(at)s::text) || coalesce((
        SELECT jsonb_object_agg(key, value) FROM jsonb_each(t.data) WHERE key = ANY(%(figures)s)
    ), '{{}}')
WHERE customer_id = %(customer)s AND occurred_at <= %(asked)s AND kind NOT LIKE 'order.%%'
AND coalesce(data->>'{touchpoints.REVISION}', '') <= %(at)s
"""


def receive(shop: Shop, fact: PrivacyFact) -> None:
    """Keep the request; an erasure is carried out at once. Safe to repeat.

    Who came back and asks once more, under the same reference, is erased once more.
    """
    is_guest = fact.customer_id.startswith("guest:")  # then the reference may name them, too
    request, is_new = PrivacyRequest.objects.get_or_create(
        shop=shop,
        reference=faceless(f"guest:{fact.reference}") if is_guest else fact.reference,
        defaults={
            "kind": fact.kind,
            "customer_id_of_shop": fact.customer_id,
            "requested_at": fact.requested_at,
        },
    )
    if is_new or fact.requested_at > request.requested_at:
        request.requested_at, request.done_at = fact.requested_at, None
        request.customer_id_of_shop = fact.customer_id
        request.save()
        if fact.kind == "erase":
            erase(request)


def erase(request: PrivacyRequest) -> None:
    """Blank what identifies the customer; orders, stars and products stay as anonymous figures.

    Everything counts as said at the time of the request: what the shop said before it does not
    come back when it is told late or read again (`customers.forgetting`).
    """
    with transaction.atomic():
        named = Customer.objects.exclude(external_id="")  # without an id they are many
        found = named.filter(
            shop=request.shop, external_id=request.customer_id_of_shop
        ).select_for_update()
        family = _family(found)
        erasing.begin(request, family)
        for customer in family:
            name = customer.external_id
            _withdraw(customer, request)
            _blank(customer, request)
            touchpoints.mark_stale([customer.pk])
            if name != request.customer_id_of_shop:
                _remember(name, customer, request)
        request.customer_id_of_shop = faceless(request.customer_id_of_shop)
        request.done_at = now()
        request.save()


def _remember(name: str, customer: Customer, request: PrivacyRequest) -> None:
    """Keep that whoever is one person with them was erased as well: what was said before of them
    under this name must not come back either."""
    PrivacyRequest.objects.update_or_create(
        shop=request.shop,
        reference=f"{request.reference[:90]}+{customer.pk}",
        defaults={
            "kind": "erase",
            "customer_id_of_shop": faceless(name),
            "requested_at": request.requested_at,
            "done_at": now(),
        },
    )


def _family(found: Iterable[Customer]) -> list[Customer]:
    """These customers with all who are one person with them: what was merged is theirs, too."""
    roots = {customer.merged_into_id or customer.pk for customer in found}
    everybody = Customer.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots))
    return list(everybody.order_by("pk").select_for_update(of=("self",)))


def _withdraw(customer: Customer, request: PrivacyRequest) -> None:
    """End every permission as `customers.forgetting` ends one that is told late."""
    asked_at = request.requested_at
    said = ConsentStatement.objects.filter(customer=customer, occurred_at__lte=asked_at)
    said.update(proof={})
    channels = said.values_list("channel", flat=True).distinct().order_by("channel")
    consent.state(
        request.shop,
        [
            Statement(customer.pk, channel, given=False, occurred_at=asked_at, how=ERASURE)
            for channel in channels
        ],
    )


def _blank(customer: Customer, request: PrivacyRequest) -> None:
    at, is_guest = version(request.requested_at), customer.external_id.startswith("guest:")
    for field in CUSTOMER_FIELDS:
        if is_guest or customer.versions.get(field, "") <= at:
            setattr(customer, field, "")
            customer.versions.pop(field, None)
    customer.attributes, customer.filled = {}, None
    customer.external_id = _nameless(customer, request)
    customer.save()
    customer.notes.all().delete()
    Recognition.objects.filter(customer=customer, occurred_at__lte=request.requested_at).delete()
    Identity.objects.filter(customer=customer).exclude(value=customer.external_id).delete()
    said: dict[str, Any] = {
        "customer": customer.pk,
        "asked": request.requested_at,
        "at": at,
        "figures": list(FIGURES),
        "read_later": list(touchpoints.READ_LATER),
    }
    with connection.cursor() as cursor:
        cursor.execute(BLANK, said)


def _nameless(customer: Customer, request: PrivacyRequest) -> str:
    """The id that the customer keeps: the shop's number, or one that says nothing of a guest."""
    name = faceless(customer.external_id)
    others = Customer.objects.filter(shop=request.shop, external_id=name).exclude(pk=customer.pk)
    # The same guest was here before and was erased then.
    return f"{name}:{request.requested_at:%Y%m%d%H%M%S%f}" if others.exists() else name
