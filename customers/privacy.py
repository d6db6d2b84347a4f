"""Requests about a person's data that a shop passes on."""

import hashlib

from django.db import transaction
from django.utils.timezone import now

from customers import consent
from customers.models import Customer, Identity, PrivacyRequest, Recognition, Touchpoint
from customers.sql import CUSTOMER_FIELDS
from shops.connectors.base import PrivacyFact
from shops.models import Shop


def receive(shop: Shop, fact: PrivacyFact) -> None:
    """Keep the request; an erasure is carried out at once. Safe to repeat."""
    is_guest = fact.customer_id.startswith("guest:")  # then the id is an e-mail address
    request, is_new = PrivacyRequest.objects.get_or_create(
        shop=shop,
        reference=_faceless(fact.reference) if is_guest else fact.reference,
        defaults={
            "kind": fact.kind,
            "customer_id_of_shop": fact.customer_id,
            "requested_at": fact.requested_at,
        },
    )
    if is_new and fact.kind == "erase":
        erase(request)


def erase(request: PrivacyRequest) -> None:
    """Blank what identifies the customer; orders stay as anonymous figures.

    Every field counts as said at the time of the request: what the shop said before it does not
    come back when it arrives late.
    """
    with transaction.atomic():
        found = Customer.objects.filter(
            shop=request.shop, external_id=request.customer_id_of_shop
        ).select_for_update()
        for customer in found:
            consent.withdraw(customer, channel="email", how="erasure")
            consent.withdraw(customer, channel="sms", how="erasure")
            _blank(customer, request)
        if request.customer_id_of_shop.startswith("guest:"):
            request.customer_id_of_shop = _faceless(request.customer_id_of_shop)
        request.done_at = now()
        request.save()


def _blank(customer: Customer, request: PrivacyRequest) -> None:
    at = request.requested_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for field in CUSTOMER_FIELDS:
        setattr(customer, field, "")
    customer.versions = dict.fromkeys(CUSTOMER_FIELDS, at)
    customer.attributes = {}
    if customer.external_id.startswith("guest:"):
        customer.external_id = _faceless(customer.external_id)
    customer.save()
    Recognition.objects.filter(customer=customer).delete()
    Identity.objects.filter(customer=customer).exclude(value=customer.external_id).delete()
    Touchpoint.objects.filter(customer=customer).exclude(kind__startswith="order.").update(data={})


def _faceless(text: str) -> str:
    return "erased:" + hashlib.sha256(text.encode()).hexdigest()[:32]
