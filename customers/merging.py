"""Two customers become one person, and two again: one transaction either way, nothing copied.

The merged customer's row stays, with what the shop says of it, and points at the survivor; their
history moves. Every row that moves keeps in `merged_from` whose it was, and so does what arrives
later under the merged one's name: undoing needs no list, and it does not matter whether a call came
before the merge, after it, or twice. The cost is that of the merged one's own rows, found by their
index, however large the tables are.

Higher rooms take part through MERGE_PARTS in the plug-in table, in the same transaction.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext as _

from customers import consent, filling, identity, touchpoints
from customers.merge_models import Merge
from customers.models import Customer, Profile, StaleMark
from customers.sql import ONE_AT_A_TIME
from shops import kept
from shops.models import Shop

# With `merged_from`: whose each row was before any merge.
TABLES = {
    "touchpoints": "customers_touchpoint",
    "orders": "customers_order",
    "identities": "customers_identity",
    "statements": "customers_consentstatement",
    "recognitions": "customers_recognition",
    "notes": "customers_note",
}
MOVE = """
UPDATE {table} SET customer_id = %(survivor)s, merged_from = coalesce(merged_from, %(merged)s)
WHERE customer_id = %(merged)s
"""
BACK = """
UPDATE {table} SET customer_id = %(merged)s, merged_from = nullif(merged_from, %(merged)s)
WHERE customer_id = %(survivor)s AND merged_from = ANY(%(members)s)
"""
VISITORS = "SELECT DISTINCT visitor FROM customers_recognition WHERE customer_id = ANY(%s)"

# Not FOR UPDATE: that would stand in the way of rows that only refer to them.
HOLD = "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# The merged one, and whoever was merged into them before.
MEMBERS = """
WITH RECURSIVE family AS (
    SELECT %(merged)s::bigint AS id
    UNION
    SELECT m.merged_id FROM customers_merge m JOIN family f ON f.id = m.survivor_id
    WHERE m.undone_at IS NULL
)
SELECT id FROM family
"""

# Whoever refused mails under one name refused them: the address we go on writing to is blocked too.
SUPPRESS = """
INSERT INTO customers_suppression (shop_id, channel, address, reason, created_at)
SELECT s.shop_id, u.channel, own.address, %(reason)s, now()
FROM customers_customer s
JOIN customers_customer m ON m.id = %(merged)s
JOIN customers_suppression u ON u.shop_id = s.shop_id AND u.address <> ''
    AND u.address = lower(CASE u.channel WHEN 'sms' THEN m.phone ELSE m.email END)
CROSS JOIN LATERAL (SELECT lower(CASE u.channel WHEN 'sms' THEN s.phone ELSE s.email END)) AS own
    (address)
WHERE s.id = %(survivor)s AND own.address <> ''
ON CONFLICT DO NOTHING
RETURNING id
"""


class MergeError(Exception):
    """Two customers that cannot be merged; says why."""


def merge(
    into: Customer, other: Customer, *, cause: str, how: str, by: str = "", wake: bool = True
) -> Merge | None:
    """Let `other` be part of `into` from now on. Safe to repeat.

    Returns None when the two are one already, or when this cause has merged them once: an undone
    merge is not done again by a repeated call. Raises MergeError.
    """
    if into.shop_id != other.shop_id:
        raise MergeError(_("They are customers of different shops."))
    with transaction.atomic():
        _alone(into.shop)
        survivor, merged = _root(into.pk), _root(other.pk)
        if survivor == merged or Merge.objects.filter(shop=into.shop, cause=cause).exists():
            return None
        _run(HOLD, [[survivor.pk, merged.pk]])
        record = Merge.objects.create(
            shop=into.shop, survivor=survivor, merged=merged, cause=cause, how=how, by=by
        )
        own: dict[str, Any] = {"survivor": survivor.pk, "merged": merged.pk}
        counts = {name: _move(table, own) for name, table in TABLES.items()}
        suppressed = _run(SUPPRESS, own | {"reason": _("merged with a suppressed address")[:100]})
        Customer.objects.filter(merged_into=merged.pk).update(merged_into=survivor)
        Customer.objects.filter(pk=merged.pk).update(merged_into=survivor)
        StaleMark.objects.filter(customer=merged.pk).delete()
        _follow(survivor, [merged.pk])
        rooms = {path: import_string(f"{path}.merge")(record) for path in settings.MERGE_PARTS}
        record.moved = {
            "counts": counts,
            "suppressions": [pk for (pk,) in suppressed],
            "profile": kept.take(Profile, merged.pk),
            "rooms": rooms,
        }
        record.save(update_fields=["moved"])
        if wake:
            touchpoints.mark_stale([survivor.pk])
    return record


def undo(record: Merge, *, by: str = "") -> bool:
    """Let the two be two again, each with what was told of them. False when it was undone before.

    What came since under the merged one's name goes with them; what came to the survivor stays.
    """
    with transaction.atomic():
        _alone(record.shop)
        record = Merge.objects.select_for_update().get(pk=record.pk)
        if record.undone_at:
            return False
        survivor, merged = _root(record.survivor_id), record.merged
        _run(HOLD, [[survivor.pk, merged.pk]])
        members = [pk for (pk,) in _run(MEMBERS, {"merged": merged.pk})]
        record.undone_at, record.undone_by = now(), by
        record.save(update_fields=["undone_at", "undone_by"])
        own = {"survivor": survivor.pk, "merged": merged.pk, "members": members}
        for table in TABLES.values():
            _run(BACK.format(table=table), own)
        record.shop.suppression_set.filter(pk__in=record.moved.get("suppressions", [])).delete()
        Customer.objects.filter(pk__in=members).update(merged_into=merged)
        Customer.objects.filter(pk=merged.pk).update(merged_into=None)
        _follow(survivor, [merged.pk])
        kept.put_back(Profile, record.moved.get("profile", []))
        for path, moved in record.moved.get("rooms", {}).items():
            import_string(f"{path}.undo")(record, survivor.pk, moved)
        touchpoints.mark_stale([survivor.pk, merged.pk])
    return True


def merge_named(shop: Shop, pairs: Sequence[tuple[int, int, str, str]], *, wake: bool) -> None:
    """Merge customers that a shop says are one: (stays, merged, cause, how). Safe to repeat."""
    people = Customer.objects.in_bulk([pk for pair in pairs for pk in pair[:2]])
    for stays, merged, cause, how in pairs:
        merge(people[stays], people[merged], cause=cause, how=how, wake=wake)


def _follow(survivor: Customer, others: list[int]) -> None:
    """What is computed from the rows that moved: fields, consents, whose a visitor is."""
    both = [survivor.pk, *others]
    for pk in both:
        filling.fill(pk)
    consent.rebuild(both)
    visitors = [visitor for (visitor,) in _run(VISITORS, [both])]
    identity.settle(survivor.shop, visitors, others=both)


def _alone(shop: Shop) -> None:
    """Nothing of the shop is stored meanwhile: it would be told of the one and land nowhere."""
    _run(ONE_AT_A_TIME, {"shop": shop.pk})


def _root(pk: int) -> Customer:
    """Who the customer is part of by now; the customer alone otherwise."""
    found = Customer.objects.select_related("merged_into", "shop").get(pk=pk)
    return found.merged_into or found


def _move(table: str, own: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(table=table), own)
        return int(cursor.rowcount)


def _run(statement: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []
