"""What the shop never delivered is fetched from its own API and goes the way of every delivery.

A walk reads the orders that changed since the last one. Each page is stored, and the place in the
walk with it, before the next is asked for: whatever dies in between is only done again. Orders that
are known in that version are left out; the others become deliveries, and whoever reads them says
whether the shop had told it after all. An order counts as missing only when its change is some
minutes old, because its webhook may still be on the way.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import close_old_connections, connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from shops import connectors, fetched, pauses, reaching, secrecy
from shops.announcing import announce
from shops.connectors.api import Access, Api, ApiFault, Page, Walk
from shops.models import Reconciliation, Shop

SETTLE = timedelta(minutes=10)  # a webhook may be on its way for so long
OVERLAP = timedelta(minutes=5)  # changes that the platform committed late, behind the watermark
EVERY = timedelta(minutes=10)
FARTHEST = timedelta(days=60)  # Shopify tells no older orders without a further permission
TURN_SECONDS, LEASE_SECONDS = 20, 600
SHOPS_AT_A_TIME = 8
FIRST_PAUSE, LONGEST_PAUSE = 60, 6 * 3600  # seconds
MOST_PAGE = 64_000_000  # bytes
UNBLEMISHED: dict[str, Any] = {"failure_count": 0, "failing_since": None, "fault": ""}

CLAIM = """
UPDATE shops_reconciliation SET busy_until = now() + %s * interval '1 second' WHERE id IN (
    SELECT id FROM shops_reconciliation
    WHERE next_at <= now() AND (busy_until IS NULL OR busy_until < now())
    ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


class LeaseLost(Exception):
    """Another worker has taken the walk over; what this one read is not written."""


def begin(shop: Shop, url: str, credentials: dict[str, str]) -> Reconciliation:
    """Compare this shop's orders from now on, or with another address or other credentials.

    The first walk reads what changed since the shop was connected.
    """
    said = {
        "url": url,
        "credentials_sealed": secrecy.seal(json.dumps(credentials)),
        "cursor": "",
        "busy_until": None,  # who walks with the old ones has lost the lease
        "next_at": now(),
        **UNBLEMISHED,
    }
    first = max(shop.created_at, now() - FARTHEST)
    with transaction.atomic():
        row, _new = Reconciliation.objects.update_or_create(
            shop=shop,
            resource="orders",
            defaults=said,
            create_defaults={**said, "watermark": first},
        )
        announce("reconcile")
    return row


def run_soon(row: Reconciliation) -> None:
    """Walk as soon as a worker is free."""
    with transaction.atomic():
        Reconciliation.objects.filter(pk=row.pk).update(next_at=now())
        announce("reconcile")


def probe(shop: Shop, access: Access) -> int:
    """Ask for what changed in the last day; how many orders the first page holds.

    Raises ApiFault, which says what to do.
    """
    return len(_ask(_api(shop), access, Walk(now() - timedelta(days=1), now())).orders)


def run_due() -> int:
    """Walk on for the shops that are due, side by side; returns how many orders were new to us."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [LEASE_SECONDS, SHOPS_AT_A_TIME])
        claimed = [pk for (pk,) in cursor.fetchall()]
    if not claimed:
        return 0
    with ThreadPoolExecutor(len(claimed)) as pool:
        return sum(pool.map(_run_claimed, claimed))


def _run_claimed(pk: int) -> int:
    try:
        return run(Reconciliation.objects.select_related("shop").get(pk=pk))
    finally:
        close_old_connections()
        connection.close()


def run(row: Reconciliation) -> int:
    """Walk on until the end, a fault, or the end of the turn; returns how many orders were new.

    Belongs to whoever has claimed the row; every outcome is written to it.
    """
    stored, ends = 0, time.monotonic() + TURN_SECONDS
    try:
        while True:
            page, new = step(row)
            stored += new
            if not page.cursor:
                _finish(row)
                return stored
            if time.monotonic() + page.wait > ends:
                _pause(row, page.wait)
                return stored
            time.sleep(page.wait)
    except LeaseLost:
        return stored
    except ApiFault as fault:
        _fail(row, fault)
        return stored
    except Exception as fault:
        _fail(row, ApiFault(f"{type(fault).__name__}: {fault}"))
        raise


def step(row: Reconciliation) -> tuple[Page, int]:
    """Read one page and store it; the page and how many of its orders were new to us.

    The network is asked outside of any transaction; deliveries and place commit together.
    """
    connector, api = connectors.get(row.shop.connector), _api(row.shop)
    walk = Walk(row.watermark - OVERLAP, now() - SETTLE, row.cursor)
    page = _ask(api, access_of(row), walk)
    read = [fetched.read(connector, api.topic, row.shop, order) for order in page.orders]
    settled = [one for one in read if one.changed_at is None or one.changed_at <= walk.until]
    seen = [one.changed_at for one in settled if one.changed_at]
    with transaction.atomic():
        new = fetched.store(row.shop, api.topic, settled)
        _write(
            row,
            cursor=page.cursor,
            seen_at=max([*seen, row.seen_at or row.watermark]),
            read_count=len(settled) + (row.read_count if walk.cursor else 0),
            busy_until=row.busy_until and now() + timedelta(seconds=LEASE_SECONDS),
            **UNBLEMISHED,
        )
    return page, new


def _api(shop: Shop) -> Api:
    api = connectors.get(shop.connector).api
    if api is None:
        raise ApiFault(_("This platform cannot be asked for its orders."))
    return api


def access_of(row: Reconciliation) -> Access:
    """The address and its credentials, unsealed. Raises ApiFault."""
    try:
        return Access(row.url, row.credentials)
    except InvalidToken as fault:
        message = _("SECRET_KEY has changed since: enter the credentials again.")
        raise ApiFault(message, refused=True) from fault


def _ask(api: Api, access: Access, walk: Walk) -> Page:
    question = api.question(access, walk)
    try:
        reply = reaching.call("GET", question.url, headers=question.headers, most=MOST_PAGE)
    except reaching.Unreachable as fault:
        raise ApiFault(str(fault)) from fault
    return api.page(walk, reply)


def _write(row: Reconciliation, **said: Any) -> None:
    """Write these columns while the lease is ours. Raises LeaseLost."""
    mine = Reconciliation.objects.filter(pk=row.pk, busy_until=row.busy_until)
    if not mine.update(**said):
        raise LeaseLost
    for name, value in said.items():
        setattr(row, name, value)


def _finish(row: Reconciliation) -> None:
    """The walk is over: the newest change it has met is where the next one begins."""
    _write(
        row,
        watermark=row.seen_at,
        seen_at=None,
        finished_at=now(),
        next_at=now() + EVERY,
        busy_until=None,
    )


def _pause(row: Reconciliation, seconds: float) -> None:
    """The turn is over, the walk is not."""
    with transaction.atomic():
        _write(row, next_at=now() + timedelta(seconds=seconds), busy_until=None)
        announce("reconcile")


def _fail(row: Reconciliation, fault: ApiFault) -> None:
    """Write the fault where people see it, and try again after a pause that grows."""
    if fault.wait:  # that is no failure, unless it is all that the shop ever says
        said: dict[str, Any] = {
            "next_at": now() + timedelta(seconds=fault.wait),
            "failing_since": row.failing_since or (now() if row.fault else None),
        }
    else:
        count = row.failure_count + 1
        first = LONGEST_PAUSE if fault.refused else FIRST_PAUSE
        said = {
            "next_at": now() + pauses.growing(count, first=first, longest=LONGEST_PAUSE),
            "failure_count": count,
            "failing_since": row.failing_since or now(),
        }
    if fault.stale:
        said["cursor"] = ""
    with suppress(LeaseLost):
        _write(row, fault=str(fault)[:500], busy_until=None, **said)
