"""Moves and revenue are counted by day, so that the map is drawn from sums and not from customers.

Only the days since the last count are counted again; a full count, daily, mends what changed behind
its back: erased customers, orders told late, stages deleted.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.timezone import now

from customers import zones
from journeys.models import DailyMove, Journey, KeptAnswer, StageRevenue
from journeys.rates import BAND
from shops.models import Shop

# A move is read off the stay that it ended; an arrival off a stay that nothing came before.
STAYED = "(date_part('epoch', v.left_at - v.entered_at) / 86400)"
MOVES = f"""
SELECT (v.left_at AT TIME ZONE %(zone)s)::date AS day, v.stage_id AS origin_id,
    v.left_to_id AS target_id, {BAND.format(STAYED)} AS stay_days, count(*) AS move_count
FROM journeys_stagevisit v WHERE v.journey_id = %(journey)s AND v.left_at IS NOT NULL
AND v.left_at >= %(since)s::timestamp AT TIME ZONE %(zone)s GROUP BY 1, 2, 3, 4
UNION ALL
SELECT (v.entered_at AT TIME ZONE %(zone)s)::date, NULL, v.stage_id, 0, count(*)
FROM journeys_stagevisit v WHERE v.journey_id = %(journey)s AND v.came_from_id IS NULL
AND v.entered_at >= %(since)s::timestamp AT TIME ZONE %(zone)s GROUP BY 1, 3
"""
# An order belongs to the stage at which it was placed, and to the move it led to: one that follows
# within the hour, which is as long as placing may lag behind.
PLACED_THERE = "v.entered_at < o.placed_at AND (v.left_at IS NULL OR o.placed_at <= v.left_at)"
LED_TO = "CASE WHEN v.left_at - o.placed_at < interval '1 hour' THEN v.left_to_id END"
REVENUE = f"""
SELECT (o.placed_at AT TIME ZONE %(zone)s)::date AS day, v.stage_id,
    {LED_TO} AS target_id,
    count(*) FILTER (WHERE o.kind = 'sale') AS order_count, sum(o.total_cents) AS revenue_cents
FROM customers_order o JOIN journeys_stagevisit v ON v.customer_id = o.customer_id
    AND v.journey_id = %(journey)s AND {PLACED_THERE}
WHERE o.shop_id = %(shop)s AND o.kind IN ('sale', 'cancellation') AND o.currency = %(currency)s
AND o.placed_at >= %(since)s::timestamp AT TIME ZONE %(zone)s GROUP BY 1, 2, 3
"""
KEEP_MOVES = f"""
INSERT INTO journeys_dailymove (shop_id, journey_id, day, origin_id, target_id, stay_days,
    move_count)
SELECT %(shop)s, %(journey)s, m.* FROM ({MOVES}) AS m ON CONFLICT DO NOTHING
"""
KEEP_REVENUE = f"""
INSERT INTO journeys_stagerevenue (shop_id, journey_id, day, stage_id, target_id,
    order_count, revenue_cents)
SELECT %(shop)s, %(journey)s, r.* FROM ({REVENUE}) AS r ON CONFLICT DO NOTHING
"""
# Stays at a stage that was deleted while somebody was placed there.
STRAY = """
DELETE FROM journeys_stagevisit v WHERE v.journey_id = %(journey)s
AND NOT EXISTS (SELECT FROM journeys_stage s WHERE s.id = v.stage_id)
"""
BEGINNING = date(1970, 1, 1)


def count(journey: Journey, *, full: bool = False) -> None:
    """Count the days since the last count, the last one itself and the one before again.

    Safe to repeat and to run twice at once. A move commits a moment after the time it carries:
    that is why finished days are looked at once more.
    """
    with transaction.atomic():
        locked = (
            Journey.objects.select_for_update(of=("self",))
            .select_related("shop")
            .get(pk=journey.pk)
        )
        since = BEGINNING
        if locked.counted_on and not full:
            since = locked.counted_on - timedelta(days=1)
        values = asked(locked, since)
        if full:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL work_mem = '256MB'")
                cursor.execute(STRAY, values)
            KeptAnswer.objects.filter(journey=locked).delete()
        for kept, statement in ((DailyMove, KEEP_MOVES), (StageRevenue, KEEP_REVENUE)):
            kept.objects.filter(journey=locked, day__gte=since).delete()
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
        Journey.objects.filter(pk=locked.pk).update(counted_on=today(locked.shop))


def count_all(*, full: bool = False) -> None:
    """Every active journey of every shop, one transaction each."""
    for journey in Journey.objects.filter(active=True).order_by("pk"):
        count(journey, full=full)


def asked(journey: Journey, since: date) -> dict[str, Any]:
    """The parameters of MOVES and REVENUE from a day on."""
    return {
        "shop": journey.shop_id,
        "journey": journey.pk,
        "currency": journey.shop.currency,
        "zone": zones.of_shop(journey.shop),
        "since": since,
    }


def today(shop: Shop) -> date:
    """The day it is where the shop is."""
    return now().astimezone(ZoneInfo(zones.of_shop(shop))).date()
