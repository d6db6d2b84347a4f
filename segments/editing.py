"""Chosen customers come into a static segment, or leave it: a few at once, many in the background.

A stretch and the mark that it was done commit together, so an edit goes on where its worker died.
Every membership that an edit opened or closed bears its number: that is what undo goes by.
"""

from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from customers import touchpoints
from customers.changes import Part
from customers.models import Customer
from segments.edit_models import SegmentEdit
from segments.membership_sql import ALONE, MOVED
from segments.models import Segment
from shops import outbox
from shops.announcing import announce
from shops.models import User

STRETCH = 5_000  # so many are done at once, while whoever asked waits

STRETCH_OF = """
WITH those AS MATERIALIZED (
    SELECT c.id FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.id > %(after)s {only}
    ORDER BY c.id LIMIT %(most)s
), moved AS ({move}), counted AS (
    UPDATE segments_segment SET refreshed_at = now(),
        member_count = member_count {sign} (SELECT count(*) FROM moved)
    WHERE id = %(segment)s
)
SELECT (SELECT count(*) FROM those), (SELECT max(id) FROM those),
    (SELECT coalesce(array_agg(customer_id), '{{}}') FROM moved)
"""
ADD = """
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at, version, why)
    SELECT %(shop)s, %(segment)s, those.id, now(), 0, jsonb_build_object('edit', %(edit)s::bigint)
    FROM those WHERE NOT EXISTS (SELECT FROM segments_membership m
        WHERE m.segment_id = %(segment)s AND m.customer_id = those.id AND m.left_at IS NULL) {those}
    ORDER BY those.id ON CONFLICT DO NOTHING RETURNING customer_id
"""
LEFT_BY = """AND EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s
        AND m.customer_id = those.id AND m.left_why->'edit' = to_jsonb(%(undoes)s::bigint))"""
REMOVE = """
    UPDATE segments_membership m SET left_at = now(),
        left_why = jsonb_build_object('edit', %(edit)s::bigint)
    FROM those WHERE m.segment_id = %(segment)s AND m.customer_id = those.id
    AND m.left_at IS NULL {those} RETURNING m.customer_id
"""
CAME_BY = "AND m.why->'edit' = to_jsonb(%(undoes)s::bigint)"
KINDS = {"add": (ADD, "+", LEFT_BY), "remove": (REMOVE, "-", CAME_BY)}
OPPOSITE = {"add": "remove", "remove": "add"}


def ask(segment: Segment, kind: str, customers: list[int] | None, *, by: User) -> SegmentEdit:
    """Add these customers to the static segment or remove them; None is everybody of the shop."""
    return _begin(segment, kind, customers, by)


def undo(edit: SegmentEdit, *, by: User) -> SegmentEdit:
    """Take an edit back: whoever it moved, and nobody else. Safe to repeat."""
    with transaction.atomic():
        held = SegmentEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
        SegmentEdit.objects.filter(pk=edit.pk, finished_at=None).update(finished_at=now())
        SegmentEdit.objects.filter(pk=edit.pk).update(fault="")
        before = SegmentEdit.objects.filter(undoes=held).first()
        back = OPPOSITE[held.kind]
        return before or _begin(held.segment, back, held.customers, by, undoes=held)


def go_on(edit: SegmentEdit) -> None:
    """Take up an edit where a fault has stopped it. Safe to repeat."""
    with transaction.atomic():
        SegmentEdit.objects.filter(pk=edit.pk).exclude(fault="").update(fault="", finished_at=None)
        announce("edit")


def latest(segment: Segment) -> SegmentEdit | None:
    """The edit of this segment that is under way, or that a fault has stopped."""
    is_open = Q(finished_at=None) | ~Q(fault="")
    return SegmentEdit.objects.filter(is_open, segment=segment).order_by("pk").first()


def chosen(shop: int, customers: list[int] | None) -> QuerySet[Customer]:
    """The customers that an edit or an export is about."""
    found = Customer.objects.filter(shop=shop, merged_into=None)
    return found if customers is None else found.filter(pk__in=customers)


def run_due() -> None:
    """Go on with the edits that wait until none is left."""
    while step():
        pass


def step() -> bool:
    """Do the next stretch of the edit that waits longest; False when there is none."""
    with transaction.atomic():
        waiting = SegmentEdit.objects.filter(finished_at=None).select_related("shop", "segment")
        held = waiting.select_for_update(skip_locked=True, of=("self",))
        edit = held.order_by("pk").first()
        if edit is not None:
            _move_or_tell(edit)
    return edit is not None


def _move_or_tell(edit: SegmentEdit) -> None:
    """What was moved before stays moved, so that the rest may follow or all be undone."""
    try:
        with transaction.atomic():
            _move(edit)
    except DatabaseError as fault:
        told = {"fault": str(fault)[:1000], "finished_at": now()}
        SegmentEdit.objects.filter(pk=edit.pk).update(**told)


def _begin(
    segment: Segment, kind: str, customers: list[int] | None, by: User,
    undoes: SegmentEdit | None = None,
) -> SegmentEdit:  # fmt: skip
    with transaction.atomic():
        edit = SegmentEdit.objects.create(
            shop=segment.shop, segment=segment, kind=kind, customers=customers, undoes=undoes,
            whole=chosen(segment.shop_id, customers).count(), by=by.get_username(),
        )  # fmt: skip
        if edit.whole <= STRETCH:
            _move(edit)
        else:
            announce("edit")
    return edit


def _move(edit: SegmentEdit) -> None:
    move, sign, of_another = KINDS[edit.kind]
    only = "" if edit.customers is None else "AND c.id = ANY(%(chosen)s)"
    known: dict[str, Any] = {
        "shop": edit.shop_id, "segment": edit.segment_id, "edit": edit.pk, "most": STRETCH,
        "undoes": edit.undoes_id, "chosen": edit.customers, "after": edit.last_id,
    }  # fmt: skip
    those = of_another if edit.undoes_id else ""
    statement = STRETCH_OF.format(only=only, sign=sign, move=move.format(those=those))
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [edit.segment_id])
        cursor.execute(statement, known)
        seen, last, moved = cursor.fetchone()
    if moved and outbox.is_wanted(edit.shop, "customer.segment_entered", "customer.segment_left"):
        only_m = "AND m.customer_id = ANY(%(moved)s)"
        outbox.publish(MOVED.format(only_m=only_m), known | {"moved": moved})
    touchpoints.mark_stale(moved, Part.SEGMENTS)
    edit.looked_at += seen
    edit.moved += len(moved)
    edit.last_id = last or edit.last_id
    if seen < STRETCH:
        edit.finished_at = now()
    edit.save()
