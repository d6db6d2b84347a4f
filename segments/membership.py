"""Rule segments follow their rules: one diff statement a segment."""

from django.db import connection, transaction
from django.utils.timezone import now

from segments import rules
from segments.models import Segment
from segments.rules import Compiled, RuleError
from shops import outbox
from shops.models import Shop

# Who should be in, against who is: those who left are closed, newcomers are opened. For a batch of
# customers only the set differs. The count is kept by the difference, never by counting.
DIFF = """
WITH fitting AS (
    SELECT c.id FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
    WHERE c.shop_id = %(shop)s {only_c} AND {condition}
), gone AS (
    UPDATE segments_membership m SET left_at = now()
    WHERE m.segment_id = %(segment)s AND m.left_at IS NULL {only_m}
    AND NOT EXISTS (SELECT FROM fitting WHERE fitting.id = m.customer_id)
    RETURNING 1
), come AS (
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at)
    SELECT %(shop)s, %(segment)s, fitting.id, now() FROM fitting
    WHERE NOT EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s
        AND m.customer_id = fitting.id AND m.left_at IS NULL)
    ORDER BY fitting.id
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE segments_segment SET fault = '', refreshed_at = now(), member_count = member_count
    + (SELECT count(*) FROM come) - (SELECT count(*) FROM gone)
WHERE id = %(segment)s
"""


# now() is the transaction's: these are the memberships that it opened and closed.
MOVED = """
SELECT m.shop_id, 'customer.segment_' || verb AS type,
    'segment_' || verb || ':' || m.id AS cause, now() AS occurred_at,
    jsonb_build_object('customer', c.external_id, 'segment', s.key, 'name', s.name) AS data
FROM segments_membership m JOIN segments_segment s ON s.id = m.segment_id
JOIN customers_customer c ON c.id = m.customer_id
CROSS JOIN LATERAL (SELECT CASE WHEN m.left_at IS NULL THEN 'entered' ELSE 'left' END) AS v (verb)
WHERE m.segment_id = %(segment)s AND now() IN (m.entered_at, m.left_at) {only_m}
"""


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Bring the shop's rule segments up to date for these customers (None: for all).

    Returns how many segments were refreshed. A rule that no longer compiles leaves its reason on
    the segment and stops nobody else.
    """
    refreshed = 0
    for segment in Segment.objects.filter(shop=shop, kind="rule").order_by("pk"):
        segment.shop = shop
        try:
            compiled = rules.compile(segment.rule or {})
        except RuleError as fault:
            Segment.objects.filter(pk=segment.pk).update(fault=str(fault), refreshed_at=now())
        else:
            _refresh(segment, compiled, customers)
            refreshed += 1
    return refreshed


def refresh_all() -> None:
    """Every shop's segments in full: what the clock alone has changed."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)


def _refresh(segment: Segment, compiled: Compiled, customers: list[int] | None) -> None:
    only = customers is not None
    only_m = "AND m.customer_id = ANY(%(customers)s)" if only else ""
    statement = DIFF.format(
        condition=compiled.sql,
        only_c="AND c.id = ANY(%(customers)s)" if only else "",
        only_m=only_m,
    )
    own = {"shop": segment.shop_id, "segment": segment.pk, "customers": customers}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement, {**compiled.params, **own})
        if outbox.is_wanted(segment.shop, "customer.segment_entered", "customer.segment_left"):
            outbox.publish(MOVED.format(only_m=only_m), own)
