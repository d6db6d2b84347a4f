"""Exact counts of rules, in the background: a row with its progress, that anybody may cancel.

A slice of customers and the mark that it was looked at commit together, so a count goes on where
its worker died, and several workers may take turns.
"""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from segments import choices, limits, population, rules
from segments.models import Count
from segments.rules import Rule, RuleError
from shops.announcing import announce
from shops.models import Shop, User

SLICE, SLICE_SECONDS = 20_000, 60
KEPT = timedelta(days=7)

LOOK = """
WITH slice AS MATERIALIZED (
    SELECT id FROM customers_customer WHERE shop_id = %(shop)s AND merged_into_id IS NULL
        AND id > %(after)s
    ORDER BY id LIMIT %(size)s
)
SELECT count(*), max(c.id), count(*) FILTER (WHERE fits) {reached}
FROM slice JOIN customers_customer c ON c.id = slice.id
LEFT JOIN customers_profile p ON p.customer_id = c.id
CROSS JOIN LATERAL (SELECT {condition} AS fits OFFSET 0) AS asked
"""


def start(shop: Shop, rule: Rule, *, by: User | None = None) -> Count:
    """Have a rule counted over all of the shop's customers; one count at a time of the same rule.

    Raises RuleError.
    """
    rules.compile(rule, shop=shop)
    Count.objects.filter(shop=shop, asked_at__lt=now() - KEPT).delete()
    digest = hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        count, _made = Count.objects.get_or_create(
            shop=shop,
            digest=digest,
            finished_at=None,
            defaults={"rule": rule, "asked_by": by, "whole": population.size(shop)},
        )
        announce("count")
    return count


def cancel(count: Count) -> None:
    """Stop a count after the slice that is being looked at. Safe to repeat."""
    Count.objects.filter(pk=count.pk, finished_at=None).update(
        cancelled_at=now(), finished_at=now()
    )


def run_due() -> None:
    """Go on with the counts that were asked for until none is left."""
    while step():
        pass


def step() -> bool:
    """Look at the next slice of the count that waits longest; False when there is none."""
    with transaction.atomic():
        waiting = Count.objects.filter(finished_at=None).order_by("asked_at")
        count = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if count is None:
            return False
        try:
            with limits.within(SLICE_SECONDS):
                _look(count)
        except (RuleError, limits.TookTooLong) as fault:
            count.fault, count.finished_at = str(fault), now()
        count.save()
    return True


def _look(count: Count) -> None:
    # All slices are judged by one clock.
    compiled = rules.compile(count.rule, shop=count.shop, at=count.asked_at)
    channels = [channel for channel, _label in choices.channels(count.shop, "")]
    reach, params = settings.RULE_FIELDS["reachable.*"][1], dict(compiled.params)
    reached = ""
    for number, channel in enumerate(channels):
        params[f"channel{number}"] = channel
        sql = reach.replace("{key}", f"%(channel{number})s")
        reached += f", count(*) FILTER (WHERE fits AND {sql})"
    params |= {"shop": count.shop_id, "after": count.last_id, "size": SLICE}
    with connection.cursor() as cursor:
        cursor.execute(LOOK.format(condition=compiled.sql, reached=reached), params)
        seen, last, found, *by_channel = cursor.fetchone()
    count.looked_at += seen
    count.found += found
    count.last_id = last or count.last_id
    for channel, more in zip(channels, by_channel, strict=True):
        count.reached[channel] = count.reached.get(channel, 0) + more
    if seen < SLICE:
        count.whole, count.finished_at = count.looked_at, now()
