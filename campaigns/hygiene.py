"""Addresses that harm whoever writes to them, by kind: counted in one statement, put into a
segment, or barred. Nobody is judged by what a machine opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from campaigns.address_kinds import DISPOSABLE, ROLES, SLIPS
from campaigns.hygiene_models import ListHygiene
from customers import touchpoints
from customers.changes import Part
from segments import fixed
from segments.models import Segment
from shops import speaking
from shops.models import Shop

BATCH = 20_000
SENT, ASLEEP_DAYS = 5, 365

PEOPLE = """
    SELECT c.id, c.email, s.reason AS barred, split_part(lower(c.email), '@', 2) AS domain,
        split_part(split_part(lower(c.email), '@', 1), '+', 1) AS local,
        s.id IS NULL AND EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = c.id
            AND o.channel = 'email' AND o.purpose = 'marketing' AND o.ended_at IS NULL)
            AS written_to,
        coalesce(p.message_sent_count, 0) >= %(sent)s AND p.message_opened_count = 0
            AND p.message_clicked_count = 0 AS unread,
        coalesce(p.machine_open_count, 0) > 0 AS machine,
        greatest(c.created_at, p.last_active_at, p.last_order_at, p.last_opened_at,
            p.last_clicked_at) < now() - %(days)s * interval '1 day' AS asleep
    FROM customers_customer c
    LEFT JOIN customers_profile p ON p.customer_id = c.id
    LEFT JOIN customers_suppression s ON s.shop_id = c.shop_id AND s.channel = 'email'
        AND s.address = lower(c.email)
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.email <> ''
"""
COUNT = """
WITH people AS ({people})
SELECT count(*), {counts}, count(*) FILTER (WHERE NOT ({any})) FROM people
"""
FOUND = "WITH people AS ({people}) SELECT id FROM people WHERE {condition} ORDER BY id"
BAR = """
WITH people AS ({people}), barred AS (
    INSERT INTO customers_suppression (shop_id, channel, address, reason, created_at)
    SELECT DISTINCT %(shop)s, 'email', lower(email), %(reason)s, now() FROM people
    WHERE {condition} ORDER BY 3
    ON CONFLICT DO NOTHING RETURNING address
)
SELECT c.id FROM customers_customer c JOIN barred b ON lower(c.email) = b.address
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL
"""


@dataclass(frozen=True)
class Kind:
    """One kind of address: who is of it, what it does, and what to do about it."""

    key: str
    name: Any
    condition: str
    why: Any
    advice: Any
    may_be_barred: bool = True


KINDS = (
    Kind("bounced", _("Came back"), "coalesce(barred = 'bounced', false)",
        _("There is no such mailbox."),
        _("They are barred already, and get nothing. Ask for a new address in the shop."),
        may_be_barred=False),
    Kind("complained", _("Called it spam"), "coalesce(barred = 'complained', false)",
        _("Receivers count this more than anything else."),
        _("They are barred already. Look at what they got last: who are they like?"),
        may_be_barred=False),
    Kind("typo", _("Slip in the domain"), "barred IS NULL AND domain = ANY(%(slips)s)",
        _("gmial.com is not gmail.com: the mail comes back, or a stranger reads it."),
        _("Export them, correct them in the shop, bar the rest. Check addresses where they are "
          "typed in.")),
    Kind("disposable", _("Disposable mailbox"), "barred IS NULL AND domain = ANY(%(disposable)s)",
        _("Made for one mail and gone within the hour."),
        _("Bar them. Where a discount drew them, ask for a confirmation first (double opt-in).")),
    Kind("role", _("Address of an office"), "barred IS NULL AND local = ANY(%(roles)s)",
        _("info@ and the like: nobody there agreed, and several read it."),
        _("Write only to those who ordered by it; bar the others.")),
    Kind("unread", _("Never opened"), "written_to AND unread AND NOT machine",
        _("Five mails or more, and none opened or clicked, not even by a machine."),
        _("Send one last mail that asks whether to go on, then bar who does not answer.")),
    Kind("machine", _("Opened by machines only"), "written_to AND unread AND machine",
        _("Apple's privacy and scanners open mails by themselves: whether anybody reads them "
          "shows only by a click."),
        _("Do not bar them for that alone. Ask for a click, or look for orders.")),
    Kind("sleeper", _("Asleep for a year"), "written_to AND asleep",
        _("No order, visit, open or click for a year; old mailboxes are made into traps."),
        _("Put them into a segment, win back who can be, bar the others.")),
)  # fmt: skip
BY_KEY = {kind.key: kind for kind in KINDS}


def _known(shop: Shop, **more: Any) -> dict[str, Any]:
    lists = {"slips": list(SLIPS), "disposable": list(DISPOSABLE), "roles": list(ROLES)}
    return {"shop": shop.pk, "sent": SENT, "days": ASLEEP_DAYS, **lists, **more}


def count(shop: Shop) -> ListHygiene:
    """Count all kinds anew."""
    parts = ", ".join(f"count(*) FILTER (WHERE {kind.condition})" for kind in KINDS)
    bad = " OR ".join(f"({kind.condition})" for kind in KINDS)
    with connection.cursor() as cursor:
        sql = COUNT.format(people=PEOPLE, counts=parts, any=f"coalesce({bad}, false)")
        cursor.execute(sql, _known(shop))
        everybody, *found, sound = cursor.fetchone()
    counts = dict(zip(BY_KEY, found, strict=True)) | {"all": everybody, "sound": sound}
    row, _new = ListHygiene.objects.update_or_create(
        shop=shop, defaults={"counts": counts, "counted_at": now()}
    )
    return row


def count_all() -> None:
    for shop in Shop.objects.all():
        count(shop)


@speaking.to_shop
def segment(shop: Shop, key: str) -> Segment:
    """A fixed segment of who is of this kind now, beside whoever is in it already."""
    kind = BY_KEY[key]
    made, _new = Segment.objects.get_or_create(
        shop=shop,
        key=f"hygiene-{key}",
        defaults={"name": str(kind.name), "kind": "static", "description": str(kind.why)},
    )
    for batch in _batches(shop, kind):
        fixed.add(made, batch)
    return made


def bar(shop: Shop, key: str) -> int:
    """Write to nobody of this kind any more; returns how many people that are. Safe to repeat."""
    kind = BY_KEY[key]
    sql = BAR.format(people=PEOPLE, condition=kind.condition)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, _known(shop, reason=f"list hygiene: {key}"))
        ids = [pk for (pk,) in cursor.fetchall()]
        touchpoints.mark_stale(ids, Part.CONSENT)
    return len(ids)


def _batches(shop: Shop, kind: Kind) -> Iterator[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(people=PEOPLE, condition=kind.condition), _known(shop))
        while rows := cursor.fetchmany(BATCH):
            yield [pk for (pk,) in rows]
