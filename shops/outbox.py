"""What happens here is told to the shop's own endpoints: written with the fact, delivered after.

Nothing is ever dropped: an endpoint that fails is tried again with growing pauses, and after three
days it is paused, visibly, with everything it has missed kept for it.
"""

import json
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from shops import pauses, reaching, secrecy, speaking
from shops.announcing import announce
from shops.models import Endpoint, OutgoingAttempt, OutgoingEvent, Shop

BATCH, ENDPOINTS = 100, 20
TURN_SECONDS = 5  # for one endpoint, then the others
LEASE_SECONDS = 600
FIRST_PAUSE, LONGEST_PAUSE = 5, 8 * 3600  # seconds
GIVE_UP_AFTER = timedelta(days=3)
KEPT_ANSWER = 2_000

ONE_AT_A_TIME = "hashtext('shops.outbox'), 0"

# {events} selects shop_id, type, cause, occurred_at, data.
PUBLISH = """
INSERT INTO shops_outgoingevent
    (shop_id, endpoint_id, cause, type, data, occurred_at, created_at, attempt_count)
SELECT e.shop_id, p.id, e.cause, e.type, e.data, e.occurred_at, now(), 0 FROM ({events}) AS e
JOIN shops_endpoint p ON p.shop_id = e.shop_id AND p.events ? e.type
ORDER BY p.id, e.occurred_at, e.cause
ON CONFLICT DO NOTHING
"""

IS_WANTED = """
SELECT EXISTS (SELECT FROM shops_endpoint WHERE shop_id = ANY(%s) AND events ?| %s)
"""

CLAIM = """
UPDATE shops_endpoint SET busy_until = now() + %s * interval '1 second' WHERE id IN (
    SELECT p.id FROM shops_endpoint p
    WHERE p.paused_at IS NULL AND p.next_at <= now()
    AND (p.busy_until IS NULL OR p.busy_until < now())
    AND EXISTS (SELECT FROM shops_outgoingevent e
        WHERE e.endpoint_id = p.id AND e.delivered_at IS NULL)
    ORDER BY p.next_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def is_wanted(shop: Shop, *types: str) -> bool:
    """Whether an endpoint of the shop asks for one of these types."""
    return is_wanted_by_any({shop.pk}, *types)


def is_wanted_by_any(shops: Collection[int], *types: str) -> bool:
    """Whether an endpoint of one of these shops asks for one of these types."""
    with connection.cursor() as cursor:
        cursor.execute(IS_WANTED, [list(shops), list(types)])
        return bool(cursor.fetchone()[0])


def register(shop: Shop, *, url: str, events: Sequence[str], concurrency: int = 1) -> Endpoint:
    """A new endpoint of the shop, with a secret of its own."""
    return Endpoint.objects.create(
        shop=shop, url=url, events=sorted(events), concurrency=int(concurrency)
    )


def change(endpoint: Endpoint, **fields: Any) -> Endpoint:
    """Give the endpoint another address, other events or another speed."""
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=list(fields))
    return endpoint


def publish(events: str, params: dict[str, Any]) -> None:
    """Write down the events that a SELECT gives, for every endpoint that asked for their type.

    Belongs in the transaction that made them true. Safe to repeat: a cause is told once.
    """
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH.format(events=events), params)
        if cursor.rowcount:
            announce("outgoing")


def deliver_waiting() -> int:
    """Deliver what waits, endpoint by endpoint, side by side; returns how many were delivered.

    One at a time does this: receivers that are slow to answer hold one worker up, never all.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({ONE_AT_A_TIME})")
        if not cursor.fetchone()[0]:
            return 0
        try:
            cursor.execute(CLAIM, [LEASE_SECONDS, ENDPOINTS])
            claimed = [pk for (pk,) in cursor.fetchall()]
            with ThreadPoolExecutor(max(1, len(claimed))) as pool:
                delivered = sum(pool.map(_deliver_to, claimed))
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")
    if delivered:
        announce("outgoing")  # for what is left of a turn, or came while nobody else could
    return delivered


def _deliver_to(pk: int) -> int:
    try:
        return deliver(Endpoint.objects.get(pk=pk))
    finally:
        Endpoint.objects.filter(pk=pk).update(busy_until=None)
        close_old_connections()
        connection.close()


def deliver(endpoint: Endpoint) -> int:
    """Deliver an endpoint's next events, the oldest first, until one fails or a batch is done."""
    waiting = OutgoingEvent.objects.filter(endpoint=endpoint, delivered_at=None).order_by("id")
    delivered, deadline = 0, time.monotonic() + TURN_SECONDS
    events = list(waiting[:BATCH])
    step = max(1, endpoint.concurrency)
    for start in range(0, len(events), step):
        if time.monotonic() > deadline:
            break
        group = events[start : start + step]
        with ThreadPoolExecutor(step) as pool:
            results = list(pool.map(lambda event: send(endpoint, event), group))
        with transaction.atomic():
            for event, attempt in zip(group, results, strict=True):
                _record(event, attempt)
            faults = [attempt for attempt in results if not succeeded(attempt)]
            _settle(endpoint, faults[0] if faults else None)
        delivered += len(group) - len(faults)
        if faults:
            break
    return delivered


def send(endpoint: Endpoint, event: OutgoingEvent) -> OutgoingAttempt:
    """Make one call; the attempt says what came of it and is not stored yet."""
    began, at = time.monotonic(), now()
    attempt = OutgoingAttempt(shop_id=event.shop_id, event=event, at=at, seconds=0)
    content = body(event)
    try:
        reply = reaching.call(
            "POST", endpoint.url, headers=signed(endpoint, event, at, content), content=content
        )
        attempt.status, attempt.answer = reply.status, reply.text[:KEPT_ANSWER]
    except reaching.Unreachable as fault:
        attempt.answer = str(fault)
    attempt.seconds = round(time.monotonic() - began, 3)
    return attempt


def body(event: OutgoingEvent) -> bytes:
    """What is posted; the same bytes at every attempt."""
    said = {"type": event.type, "timestamp": event.occurred_at.isoformat(), "data": event.data}
    return json.dumps(said, ensure_ascii=False).encode()


def signed(
    endpoint: Endpoint, event: OutgoingEvent, at: datetime, content: bytes
) -> dict[str, str]:
    """The headers of Standard Webhooks; signed with both secrets while one takes over."""
    message_id = f"evt_{event.pk}"
    hooks = [Webhook(secret) for secret in endpoint.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Waymark",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            hook.sign(message_id, at, content.decode()) for hook in hooks
        ),
    }


def succeeded(attempt: OutgoingAttempt) -> bool:
    return attempt.status is not None and 200 <= attempt.status < 300


def _record(event: OutgoingEvent, attempt: OutgoingAttempt) -> None:
    attempt.save()
    event.attempt_count += 1
    event.delivered_at = attempt.at if succeeded(attempt) else None
    event.save(update_fields=["attempt_count", "delivered_at"])


def _settle(endpoint: Endpoint, fault: OutgoingAttempt | None) -> None:
    """Close the circuit after a success, or open it for longer after a failure."""
    if fault is None:
        endpoint.failure_count, endpoint.failing_since, endpoint.next_at = 0, None, now()
    else:
        endpoint.failure_count += 1
        endpoint.failing_since = endpoint.failing_since or fault.at
        endpoint.next_at = now() + pause(endpoint.failure_count)
        with translation.override(speaking.known(endpoint.shop.language)):
            if fault.status == 410:
                _pause(endpoint, _("It answered 410: it wants no more."))
            elif now() - endpoint.failing_since > GIVE_UP_AFTER:
                _pause(endpoint, _("It failed for three days: %s") % fault.answer[:200])
    # Not the rest: a person may have paused it meanwhile.
    endpoint.save(update_fields=["failure_count", "failing_since", "next_at"])


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return pauses.growing(failures, first=FIRST_PAUSE, longest=LONGEST_PAUSE)


def _pause(endpoint: Endpoint, reason: str) -> None:
    hold([endpoint.pk], reason)


def hold(endpoints: Sequence[int], reason: str) -> None:
    """Deliver nothing more until somebody resumes; what happens meanwhile is kept."""
    waiting = Endpoint.objects.filter(pk__in=endpoints, paused_at=None)
    waiting.update(paused_at=now(), paused_reason=reason[:300])


def resume(endpoints: Sequence[int]) -> None:
    """Start delivering again, with all that has gathered meanwhile."""
    with transaction.atomic():
        Endpoint.objects.filter(pk__in=endpoints).update(
            paused_at=None, paused_reason="", failure_count=0, failing_since=None, next_at=now()
        )
        announce("outgoing")


def replay(events: Sequence[int]) -> None:
    """Deliver these events once more; the receiver knows them by their id."""
    with transaction.atomic():
        OutgoingEvent.objects.filter(pk__in=events).update(delivered_at=None)
        announce("outgoing")


def replay_range(endpoint: Endpoint, since: datetime, until: datetime) -> int:
    """Deliver all that happened in this time once more; returns how many events that are."""
    with transaction.atomic():
        told = OutgoingEvent.objects.filter(endpoint=endpoint)
        count = told.filter(occurred_at__gte=since, occurred_at__lt=until).update(delivered_at=None)
        announce("outgoing")
    return count


def rotate(endpoint: Endpoint) -> None:
    """A new secret; deliveries are signed with the previous one as well until the next change."""
    endpoint.previous_secret_sealed = endpoint.secret_sealed
    endpoint.secret_sealed = secrecy.new_webhook_secret()
    endpoint.save(update_fields=["secret_sealed", "previous_secret_sealed"])
