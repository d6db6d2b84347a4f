"""Who a rule finds: five of them with the reason, whom it reaches, what else they are in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from customers.models import Customer
from segments import choices, seen_words
from segments.choices import Names
from segments.compiler import Compiled
from segments.estimate import Estimate
from segments.models import Segment
from shops.models import Shop

SHOWN, MOST_SEGMENTS, ASKED = 5, 6, 2_000

SEEN = """
SELECT c.id, {seen} FROM customers_customer c
LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.shop_id = %(shop)s AND c.id = ANY(%(members)s)
"""
REACH = """
SELECT {columns} FROM customers_customer c
WHERE c.shop_id = %(shop)s AND c.id = ANY(%(members)s)
"""
OVERLAP = """
SELECT m.segment_id, count(*) FROM segments_membership m
WHERE m.customer_id = ANY(%(members)s) AND m.left_at IS NULL AND m.shop_id = %(shop)s
GROUP BY 1
"""


@dataclass(frozen=True)
class Person:
    """Somebody whom the rule finds, and what decided."""

    customer: Customer
    why: list[str]


@dataclass(frozen=True)
class Reach:
    """Of those found, the share that allows marketing by a channel and that can be reached."""

    label: str
    allowed: float
    reachable: float
    count: int


@dataclass(frozen=True)
class Overlap:
    """Of those found, the share in another segment, and how much of that one they are."""

    segment: Segment
    share: float
    count: int
    of_it: float


@dataclass(frozen=True)
class Glimpse:
    people: list[Person]
    reach: list[Reach]
    overlap: list[Overlap]


def of(shop: Shop, compiled: Compiled, estimated: Estimate, *, key: str = "") -> Glimpse:
    """A look at the members that an estimate found; `key` is the segment's own, left out."""
    members = estimated.members[:ASKED]
    if not members:
        return Glimpse([], [], [])
    # Of a sample, the last ones by its order are as good as the first; the first are known to all.
    return Glimpse(
        people(shop, compiled, members[:SHOWN]),
        reach(shop, members, estimated.count),
        overlap(shop, members, estimated.count, key),
    )


def people(shop: Shop, compiled: Compiled, members: Sequence[int]) -> list[Person]:
    """These customers, each with the values that decided, in words."""
    names = Names(shop)
    rows = dict(_ask(SEEN.format(seen=compiled.seen), shop, members, compiled.params))
    found = Customer.objects.filter(shop=shop, pk__in=rows).select_related("shop").order_by("pk")
    return [Person(one, seen_words.told(json.loads(rows[one.pk]), names)) for one in found]


def reach(shop: Shop, members: Sequence[int], count: int) -> list[Reach]:
    """How many of the members each channel reaches, scaled to `count`."""
    named = choices.channels(shop, "")
    params, columns = {}, []
    for number, (channel, _label) in enumerate(named):
        params[f"channel{number}"] = channel
        for entry in ("consent.*", "reachable.*"):
            sql = settings.RULE_FIELDS[entry][1].replace("{key}", f"%(channel{number})s")
            columns.append(f"count(*) FILTER (WHERE {sql})")
    (row,) = _ask(REACH.format(columns=", ".join(columns)), shop, members, params)
    shares = [value / len(members) for value in row]
    return [
        Reach(label, shares[2 * n], shares[2 * n + 1], round(count * shares[2 * n + 1]))
        for n, (_channel, label) in enumerate(named)
    ]


def overlap(shop: Shop, members: Sequence[int], count: int, key: str) -> list[Overlap]:
    """The segments that most of the members are in too."""
    counts = dict(_ask(OVERLAP, shop, members, {}))
    found = Segment.in_use.filter(shop=shop, pk__in=counts).exclude(key=key)
    rows = [_overlap(one, counts[one.pk] / len(members), count) for one in found]
    return sorted(rows, key=lambda row: (-row.share, row.segment.name))[:MOST_SEGMENTS]


def _overlap(segment: Segment, share: float, count: int) -> Overlap:
    both = round(count * share)
    return Overlap(segment, share, both, min(1.0, both / max(segment.member_count, 1)))


def _ask(
    sql: str, shop: Shop, members: Sequence[int], params: dict[str, Any]
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "shop": shop.pk, "members": list(members)})
        return cursor.fetchall()
