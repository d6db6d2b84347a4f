"""Who is merged into somebody else leaves the segments; who is taken out again is back in them."""

from typing import Any

from django.db import connection
from django.utils.timezone import now

from customers.merge_models import Merge
from segments.membership_sql import MOVED, TOGETHER
from segments.models import PersonaFit, Recheck, RfmScore, RfmStay, Segment
from shops import kept, outbox

OUT = "AND m.customer_id = %(merged)s"
LEAVE = """
WITH gone AS (
    UPDATE segments_membership SET left_at = now(),
        left_why = jsonb_build_object('merged_into', %(survivor)s::bigint)
    WHERE customer_id = %(merged)s AND left_at IS NULL RETURNING id, segment_id
), counted AS (
    UPDATE segments_segment s SET member_count = s.member_count - 1
    FROM gone WHERE s.id = gone.segment_id
)
SELECT id, segment_id FROM gone
"""
RETURN = """
WITH back AS (
    UPDATE segments_membership m SET left_at = NULL, left_why = NULL
    WHERE m.id = ANY(%(memberships)s) AND m.customer_id = %(merged)s
    AND NOT EXISTS (SELECT FROM segments_membership o WHERE o.segment_id = m.segment_id
        AND o.customer_id = m.customer_id AND o.left_at IS NULL)
    RETURNING m.segment_id
)
UPDATE segments_segment s SET member_count = s.member_count + 1
FROM back WHERE s.id = back.segment_id
"""
COMPUTED = (Recheck, RfmScore, PersonaFit)  # taken out as a whole, put back as it was


def merge(record: Merge) -> dict[str, Any]:
    """End the merged customer's stays; returns what has to be put back."""
    own = _hold(record)
    with connection.cursor() as cursor:
        cursor.execute(LEAVE, own)
        left = cursor.fetchall()
    for segment in {segment for _, segment in left}:
        if outbox.is_wanted(record.shop, "customer.segment_left"):
            outbox.publish(MOVED.format(only_m=OUT), own | {"segment": segment})
    stays = RfmStay.objects.filter(customer=record.merged, left_at=None)
    ended = list(stays.values_list("pk", flat=True))
    stays.update(left_at=now())
    return {
        "memberships": [pk for pk, _ in left],
        "rfm_stays": ended,
        "rows": {model.__name__: kept.take(model, record.merged_id) for model in COMPUTED},
    }


def undo(record: Merge, survivor: int, moved: dict[str, Any]) -> None:
    """Open the stays again that the merge ended."""
    own = _hold(record)
    with connection.cursor() as cursor:
        cursor.execute(RETURN, own | {"memberships": moved["memberships"]})
    if not RfmStay.objects.filter(customer=record.merged, left_at=None).exists():
        RfmStay.objects.filter(pk__in=moved["rfm_stays"]).update(left_at=None)
    for model in COMPUTED:
        kept.put_back(model, moved["rows"].get(model.__name__, []))


def _hold(record: Merge) -> dict[str, Any]:
    """Keep full refreshes of the shop's segments away until this is committed: one that has read
    the customers before would let the merged one in again."""
    segments = Segment.objects.filter(shop=record.shop).order_by("pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        for pk in segments:
            cursor.execute(TOGETHER, [pk])
    return {"survivor": record.survivor_id, "merged": record.merged_id}
