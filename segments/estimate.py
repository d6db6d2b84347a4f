"""How many customers a rule would find, answered while somebody types.

A sample is drawn in the order of a hash of the customer's id, which an index keeps: the same
customers for every rule of a shop, so figures do not jump between two strokes. A pilot shows how
quick the rule is, then the sample grows as far as the time allows; a small shop is looked at whole.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db import connection

from segments import cost, limits, population
from segments.compiler import Compiled
from shops.models import Shop

SECONDS = 0.22  # for looking; with the rest of the answer it stays below 0.3
PILOT, MOST = 500, 20_000
QUICK = 2_000  # the planner's cost below which the rule is counted and not sampled
KEPT = 5_000  # members that are remembered, for the samples and figures beside the estimate
SURE = 1.96  # standard errors: 95 %
Place = tuple[int, ...]  # a hash, and the id of the customer who has it
BEGIN: Place = (-(2**31) - 1, 0)

DRAW = """
WITH drawn AS MATERIALIZED (
    SELECT id, hashint8(id) AS place FROM customers_customer
    WHERE shop_id = %(shop)s AND merged_into_id IS NULL
        AND (hashint8(id), id) > (%(place)s::bigint, %(pk)s::bigint)
    ORDER BY hashint8(id), id LIMIT %(size)s
)
SELECT count(*), (SELECT array[max(place), max(id)] FROM drawn
        WHERE place = (SELECT max(place) FROM drawn)),
    array_agg(c.id ORDER BY drawn.place) FILTER (WHERE {condition})
FROM drawn JOIN customers_customer c ON c.id = drawn.id
LEFT JOIN customers_profile p ON p.customer_id = c.id
"""
FIND = """
SELECT c.id FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND {condition}
"""


@dataclass(frozen=True)
class Estimate:
    """`low` to `high` holds the truth 19 times in 20; `how` is "all", "sample" or "statistics"."""

    count: int
    low: int
    high: int
    whole: int
    how: str
    looked_at: int
    members: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """The part of all customers, from 0 to 1."""
        return self.count / self.whole if self.whole else 0.0


def of(shop: Shop, compiled: Compiled, *, seconds: float = SECONDS) -> Estimate:
    """The estimate of a rule that was compiled for this shop, not wide, within so many seconds.

    Where even the pilot takes longer, the planner's statistics answer, and no interval is given.
    """
    until = time.monotonic() + seconds
    whole = population.size(shop)
    planned = cost.estimate(shop, compiled)
    try:
        if planned.total < QUICK:
            return _all(shop, compiled, until, whole)
        return _sampled(shop, compiled, until, whole)
    except limits.TookTooLong:
        guess = min(planned.customers, whole)
        return Estimate(guess, 0, whole, whole, "statistics", 0)


def _all(shop: Shop, compiled: Compiled, until: float, whole: int) -> Estimate:
    rows = _ask(FIND, shop, compiled, until)
    ids = tuple(pk for (pk,) in rows)
    return Estimate(len(ids), len(ids), len(ids), whole, "all", whole, ids[:KEPT])


def _sampled(shop: Shop, compiled: Compiled, until: float, whole: int) -> Estimate:
    began = time.monotonic()
    drawn, last, members = _draw(shop, compiled, until, BEGIN, PILOT)
    seen_all = drawn < PILOT
    took = max(time.monotonic() - began, 0.001)
    # Half of the time that is left: the later customers may take longer than the pilot's.
    size = min(MOST, int(PILOT * (until - time.monotonic()) * 0.5 / took))
    if not seen_all and size >= PILOT // 2:
        with suppress(limits.TookTooLong):  # then the pilot stands for itself
            more, _last, found = _draw(shop, compiled, until, last, size)
            drawn, members, seen_all = drawn + more, members + found, more < size
    if seen_all:
        count = len(members)
        return Estimate(count, count, count, drawn, "all", drawn, members[:KEPT])
    low, high = interval(len(members), drawn)
    return Estimate(
        round(whole * len(members) / drawn),
        max(round(whole * low), len(members)),
        round(whole * high),
        whole,
        "sample",
        drawn,
        members[:KEPT],
    )


def _draw(
    shop: Shop, compiled: Compiled, until: float, after: Place, size: int
) -> tuple[int, Place, tuple[int, ...]]:
    """So many customers behind a place: how many there were, the last place, the members."""
    place, pk = after
    ((drawn, last, found),) = _ask(DRAW, shop, compiled, until, place=place, pk=pk, size=size)
    return drawn, tuple(last or after), tuple(found or ())


def _ask(
    sql: str, shop: Shop, compiled: Compiled, until: float, **more: Any
) -> list[tuple[Any, ...]]:
    left = until - time.monotonic()
    if left <= 0.005:
        raise limits.TookTooLong("There is no time left.")
    params = {**compiled.params, "shop": shop.pk, **more}
    with limits.within(left), connection.cursor() as cursor:
        cursor.execute(sql.format(condition=compiled.sql), params)
        return cursor.fetchall()


def interval(hits: int, drawn: int) -> tuple[float, float]:
    """Wilson's interval of a share: right also where nobody or everybody was hit."""
    share, square = hits / drawn, SURE**2
    middle = share + square / (2 * drawn)
    half = SURE * sqrt(share * (1 - share) / drawn + square / (4 * drawn**2))
    bottom = 1 + square / drawn
    return max(0.0, (middle - half) / bottom), min(1.0, (middle + half) / bottom)
