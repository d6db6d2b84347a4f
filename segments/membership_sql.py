"""The statements of `segments.membership`."""

# Batches of different customers go side by side; a full refresh has the segment to itself.
TOGETHER = "SELECT pg_advisory_xact_lock_shared(hashtext('segments.membership'), %s::int)"
ALONE = "SELECT pg_advisory_xact_lock(hashtext('segments.membership'), %s::int)"
HOLD = """
SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

EVALUATED = """
    SELECT c.id, true AS fits, NULL::timestamptz AS due_at, {why_at_once} AS why
    FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id {joins}
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL {only_c} AND {condition}
"""
# OFFSET 0 keeps the planner from writing the condition twice.
EVALUATED_WITH_DUE = """
    SELECT c.id, fits, CASE WHEN due_at <= %(horizon)s THEN due_at END AS due_at,
        CASE WHEN fits THEN {why_at_once} END AS why
    FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id {joins}
    CROSS JOIN LATERAL (SELECT {condition} AS fits, {due} AS due_at OFFSET 0) AS asked
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL {only_c}
    AND (fits OR due_at <= %(horizon)s)
"""

FORGET = "DELETE FROM segments_recheck m WHERE m.segment_id = %(segment)s {only_m}"

# Who should be in, against who is: those who left are closed, newcomers are opened, each with the
# values that decided: read with the rule while a segment is filled for the first time, else looked
# up for the few who move. For a batch of customers only the set differs. The count is kept by the
# difference, never by counting.
DIFF = """
WITH evaluated AS MATERIALIZED ({evaluated}), gone AS (
    UPDATE segments_membership m SET left_at = now(), left_why = (SELECT {why}
        FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
        WHERE c.id = m.customer_id)
    WHERE m.segment_id = %(segment)s AND m.left_at IS NULL {only_m}
    AND NOT EXISTS (SELECT FROM evaluated e WHERE e.fits AND e.id = m.customer_id)
    RETURNING 1
), come AS (
    INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at, version, why)
    SELECT %(shop)s, %(segment)s, e.id, now(), %(version)s, coalesce(e.why, (SELECT {why}
        FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
        WHERE c.id = e.id))
    FROM evaluated e WHERE e.fits
    AND EXISTS (SELECT FROM segments_segment s WHERE s.id = %(segment)s)
    AND NOT EXISTS (SELECT FROM segments_membership m WHERE m.segment_id = %(segment)s
        AND m.customer_id = e.id AND m.left_at IS NULL)
    ORDER BY e.id
    RETURNING 1
), kept AS (
    INSERT INTO segments_recheck (shop_id, segment_id, customer_id, due_at)
    SELECT %(shop)s, %(segment)s, id, due_at FROM evaluated WHERE due_at IS NOT NULL
    ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at
), moved AS (
    SELECT (SELECT count(*) FROM come) AS come, (SELECT count(*) FROM gone) AS gone
), counted AS (
    UPDATE segments_segment s SET fault = '', refreshed_at = now(),
        member_count = member_count + moved.come - moved.gone
    FROM moved WHERE s.id = %(segment)s
    AND (moved.come + moved.gone > 0 OR s.fault <> '' OR %(customers)s::bigint[] IS NULL)
)
SELECT come + gone FROM moved
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

DUE = """
SELECT segment_id, customer_id FROM segments_recheck
WHERE due_at <= now() ORDER BY due_at LIMIT %s
"""
