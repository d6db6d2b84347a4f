"""Rule segments follow their rules: one diff statement a segment.

Who evaluates holds what it judges: a full refresh has its segment to itself, a batch holds its
customers' rows. So no judgement on old facts can overwrite a newer one.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from customers import touchpoints
from customers.changes import Part
from segments import cost, limits, references, rules
from segments.membership_sql import (
    ALONE,
    DIFF,
    DUE,
    EVALUATED,
    EVALUATED_WITH_DUE,
    FORGET,
    HOLD,
    MOVED,
    TOGETHER,
)
from segments.models import Recheck, Segment, SegmentRule
from segments.rules import Compiled, RuleError
from shops import outbox
from shops.clock import now
from shops.models import Shop

FULL_SECONDS, BATCH_SECONDS = 600, 20  # limits of one segment's statements
FULL_EVERY = timedelta(days=1)
HORIZON = 2 * FULL_EVERY  # what is due later is found by the next full refresh
RECHECKS = 5_000


def refresh(shop: Shop, customers: list[int] | None = None, parts: Part = Part.EVERYTHING) -> int:
    """Bring the shop's rule segments up to date for these customers (None: for all).

    `parts` is what changed about them: a rule that reads none of it is skipped, unless a segment
    that it asks for has moved. Returns how many segments were refreshed. A rule that no longer
    compiles, or costs too much, leaves its reason on the segment and stops nobody else.
    """
    segments = Segment.in_use.filter(shop=shop, kind="rule").select_related("shop").order_by("pk")
    ordered = references.in_order(segments)
    if customers is None:
        return sum(_fill(segment.pk, parts) for segment in ordered)
    with transaction.atomic():
        _hold(customers)
        return _refresh_batch(ordered, customers, parts)


def refresh_all(parts: Part = Part.EVERYTHING) -> None:
    """Every shop's segments that read these parts, in full: a repair, and what the clock did."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop, parts=parts)


def fill(segment: Segment) -> bool:
    """Fill one segment by its rule, unless that is heavy: then the daily refresh does it.

    Returns whether it was filled; its fault says why not.
    """
    compiled = _compiled(segment, wide=True)
    if compiled is None:
        return False
    estimated = cost.estimate(segment.shop, compiled)
    Segment.objects.filter(pk=segment.pk).update(heavy=estimated.heavy)
    return not estimated.heavy and _fill(segment.pk)


def recheck_due() -> int:
    """Ask again whom the clock alone may have moved; returns how many customers were asked about.

    Those who moved are left to the reactor, which brings them to their stage and campaigns.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(DUE, [RECHECKS])
            due = cursor.fetchall()
        # In the reactor's hands already: it asks anew and replaces what was due.
        held = _hold([customer for _, customer in due], wait=False)
        asked: dict[int, list[int]] = {}
        for segment_id, customer in due:
            if customer in held:
                asked.setdefault(segment_id, []).append(customer)
        found = Segment.in_use.filter(pk__in=asked).select_related("shop").order_by("pk")
        for segment in references.in_order(found):
            if _refresh_batch([segment], asked[segment.pk], Part.EVERYTHING, announce=True) == 0:
                Recheck.objects.filter(segment=segment, customer__in=asked[segment.pk]).delete()
    return len(due)


def _refresh_batch(
    segments: Sequence[Segment], customers: list[int], parts: Part, *, announce: bool = False
) -> int:
    refreshed, moved = 0, set[str]()
    for segment in segments:
        compiled = _compiled(segment, wide=False)
        if compiled is None or not (compiled.reads & parts or compiled.segments & moved):
            continue
        try:
            with limits.within(BATCH_SECONDS):
                if _diff(segment, compiled, customers):
                    moved.add(segment.key)
        except limits.TookTooLong as fault:
            _mark(segment, str(fault))
        else:
            refreshed += 1
    if announce and moved:
        touchpoints.mark_stale(customers, Part.SEGMENTS)
    return refreshed


def _fill(pk: int, parts: Part = Part.EVERYTHING) -> bool:
    """A full refresh of one segment; False when it was not needed or not possible."""
    try:
        with limits.within(FULL_SECONDS):
            with connection.cursor() as cursor:
                cursor.execute(ALONE, [pk])
            # Read after the lock: the rule may have been edited while somebody else filled it.
            segment = Segment.objects.select_related("shop").get(pk=pk)
            compiled = None if segment.archived_at else _compiled(segment, wide=True)
            if compiled is None or not (compiled.reads & parts or compiled.segments):
                return False
            refused = cost.estimate(segment.shop, compiled).fault
            if refused:
                _mark(segment, refused)
                return False
            _keep_rule(segment)
            _diff(segment, compiled, None)
    except limits.TookTooLong as fault:
        _mark(segment, str(fault))
        return False
    return True


def _compiled(segment: Segment, *, wide: bool) -> Compiled | None:
    try:
        return rules.compile(segment.rule or {}, shop=segment.shop, of=segment.key, wide=wide)
    except RuleError as fault:
        _mark(segment, str(fault))
        return None


def _diff(segment: Segment, compiled: Compiled, customers: list[int] | None) -> int:
    """Open and close memberships by the rule; returns how many customers moved."""
    only, first = customers is not None, segment.member_count == 0
    only_m = "AND m.customer_id = ANY(%(customers)s)" if only else ""
    pieces = {
        "condition": compiled.sql,
        "joins": compiled.joins,
        "due": compiled.due,
        "only_c": "AND c.id = ANY(%(customers)s)" if only else "",
        "only_m": only_m,
        "why": compiled.seen,
        "why_at_once": compiled.seen if first else "NULL::jsonb",
    }
    evaluated = (EVALUATED_WITH_DUE if compiled.due else EVALUATED).format(**pieces)
    own = {
        "shop": segment.shop_id,
        "segment": segment.pk,
        "version": segment.version,
        "customers": customers,
        "horizon": now() + HORIZON,
    }
    params = {**compiled.params, **own}
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER if only else ALONE, [segment.pk])
        cursor.execute(FORGET.format(only_m=only_m), own)
        cursor.execute(DIFF.format(evaluated=evaluated, **pieces), params)
        moved = int(cursor.fetchone()[0])
    if moved and outbox.is_wanted(
        segment.shop, "customer.segment_entered", "customer.segment_left"
    ):
        outbox.publish(MOVED.format(only_m=only_m), own)
    return moved


def _keep_rule(segment: Segment) -> None:
    """A rule that is new is kept under a version of its own."""
    last = SegmentRule.objects.filter(segment=segment, version=segment.version).first()
    if last is None or last.rule != segment.rule:
        segment.version += 1
        segment.save(update_fields=["version"])
        SegmentRule.objects.create(
            shop=segment.shop, segment=segment, version=segment.version, rule=segment.rule
        )


def _mark(segment: Segment, fault: str) -> None:
    if segment.fault != fault:
        Segment.objects.filter(pk=segment.pk).update(fault=fault, refreshed_at=now())


def _hold(customers: list[int], *, wait: bool = True) -> set[int]:
    """Lock the customers' rows; without waiting, only those that nobody else holds."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD + ("" if wait else "SKIP LOCKED"), [customers])
        return {pk for (pk,) in cursor.fetchall()}
