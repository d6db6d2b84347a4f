"""Deliveries become facts: claimed in batches, marked in the same transaction."""

import json
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from customers import facts, reconciling
from shops import connectors, turns
from shops.announcing import announce
from shops.connectors.base import Call, Fact, PayloadError
from shops.connectors.node import check_text
from shops.fetched import FETCHED
from shops.models import Delivery, Shop

BATCH = 200  # deliveries: an order may have a thousand lines, and facts are held in memory

MARK = """
UPDATE shops_delivery d SET status = t.status, reason = t.reason, digested_at = now()
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[])
    AS t (id, received_at, status, reason)
WHERE d.id = t.id AND d.received_at = t.received_at
"""

Read = tuple[Delivery, list[Fact]]
Verdict = tuple[Delivery, str, str]


def digest_waiting() -> int:
    """Digest until nothing waits or the turn is over; returns how many deliveries were read."""
    return turns.take("delivery", digest, full=BATCH)


def digest(*, limit: int = BATCH) -> int:
    """Read one batch of deliveries into rows, or into quarantine with the reason.

    Work and mark commit together; several workers take different batches.
    """
    with transaction.atomic():
        waiting = Delivery.objects.filter(digested_at=None).order_by("id")
        claimed = list(waiting.select_for_update(skip_locked=True)[:limit])
        by_shop: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in claimed:
            by_shop[delivery.shop_id].append(delivery)
        for shop in Shop.objects.filter(pk__in=list(by_shop)).select_related("site"):
            _mark(_digest_for(shop, by_shop.pop(shop.pk)))
        orphans = [delivery for found in by_shop.values() for delivery in found]
        _mark([(delivery, "ignored", "The shop is gone.") for delivery in orphans])
    return len(claimed)


def _digest_for(shop: Shop, deliveries: list[Delivery]) -> list[Verdict]:
    readable: list[Read] = []
    verdicts: list[Verdict] = []
    partial: list[Read] = []
    for delivery in deliveries:
        try:
            readable.append((delivery, _parse(shop, delivery)))
        except PayloadError as fault:
            verdicts.append((delivery, "quarantined", str(fault)))
            partial.append((delivery, fault.readable))
    _store(shop, [(delivery, found) for delivery, found in partial if found])
    fetched = [one for one in readable if one[0].origin == FETCHED]
    told = [one for one in readable if one[0].origin != FETCHED]
    verdicts += _store(shop, told)
    called = [fact for delivery, found in told if not delivery.origin for fact in found]
    reconciling.note_late(shop, called)
    return verdicts + _store_fetched(shop, fetched)


def _store_fetched(shop: Shop, fetched: list[Read]) -> list[Verdict]:
    """Store what a shop's API told, after what the shop itself has told meanwhile."""
    if not fetched:
        return []
    news = reconciling.news(shop, fetched)
    verdicts = []
    for delivery, status, reason in _store(shop, fetched):
        if status == "processed":
            reason = reconciling.MISSING if delivery.pk in news else reconciling.KNOWN
        verdicts.append((delivery, status, reason))
    reconciling.count([delivery for delivery, _, _ in verdicts if delivery.pk in news])
    return verdicts


def _parse(shop: Shop, delivery: Delivery) -> list[Fact]:
    """What the delivery says, by the connector that it came through."""
    if delivery.connector not in settings.CONNECTORS:
        raise PayloadError(
            "(whole body)", f"there is no connector {delivery.connector!r} any more."
        )
    try:
        payload = json.loads(bytes(delivery.body))
        check_text(payload)
    except RecursionError:
        raise PayloadError("(whole body)", "is nested too deep.") from None
    secrets = tuple(shop.site.secrets) if hasattr(shop, "site") else ()
    call = Call(delivery.sent_at or delivery.received_at, shop.currency, shop.pk, secrets)
    return connectors.get(delivery.connector).parse(delivery.topic, payload, call)


def _store(shop: Shop, readable: list[Read]) -> list[Verdict]:
    """Store a batch at once; if the database refuses it, one by one to find who is at fault."""
    try:
        with transaction.atomic():
            facts.store(shop, [fact for _, found in readable for fact in found])
    except DatabaseError as fault:
        if len(readable) == 1:
            return [(readable[0][0], "quarantined", f"The database refused it: {fault}"[:1000])]
        return [verdict for one in readable for verdict in _store(shop, [one])]
    return [(delivery, "processed", "") for delivery, _ in readable]


def _mark(verdicts: list[Verdict]) -> None:
    columns: list[list[Any]] = [
        [delivery.pk for delivery, _, _ in verdicts],
        [delivery.received_at for delivery, _, _ in verdicts],
        [status for _, status, _ in verdicts],
        [reason for _, _, reason in verdicts],
    ]
    with connection.cursor() as cursor:
        cursor.execute(MARK, columns)


def replay(deliveries: QuerySet[Delivery]) -> int:
    """Let these deliveries be read again; what they say is stored once all the same."""
    with transaction.atomic():
        kept = deliveries.exclude(status="erased")  # of which nothing is left to be read
        count = kept.update(digested_at=None, status="accepted", reason="")
        announce("delivery")
    return count
