"""Segments that no rule fills: whoever was put in stays until taken out."""

from typing import Any

from django.db import connection, transaction

from segments.models import Segment

ADD = """
WITH come AS (
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at)
    SELECT %(shop)s, %(segment)s, c.id, now() FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.id = ANY(%(customers)s)
    AND NOT EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s
        AND m.customer_id = c.id AND m.left_at IS NULL)
    ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE segments_segment SET refreshed_at = now(),
    member_count = member_count + (SELECT count(*) FROM come)
WHERE id = %(segment)s RETURNING (SELECT count(*) FROM come)
"""


def add(segment: Segment, customers: list[int]) -> int:
    """Put these customers of the shop into the segment; returns how many were not in it yet."""
    known: dict[str, Any] = {"shop": segment.shop_id, "segment": segment.pk, "customers": customers}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ADD, known)
        return int(cursor.fetchone()[0])
