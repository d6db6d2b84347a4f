"""The statements of a back-fill: one pass over the history, ordered once, without recursion.

Facts "as of" are running sums over a customer's orders. Between two of them only the clock can
change an answer, at moments that follow from the facts; a touchpoint that a rule asks for is a
moment, and so is the end of each window in which it counts. Where stays are kept, the past ends
with the first of them. Each statement speaks of the customers of one part.
"""

# By id, as many customers in each; whoever comes later needs no past.
PARTS = """
INSERT INTO journeys_fillpart (shop_id, journey_id, asked_at, first_id, last_id, is_empty)
SELECT j.shop_id, j.id, j.fill_asked_at, min(c.id), max(c.id), %(is_empty)s
FROM journeys_journey j JOIN LATERAL (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(customers)s AS part
    FROM customers_customer WHERE shop_id = j.shop_id) AS c ON true
WHERE j.id = %(journey)s GROUP BY j.id, c.part
"""
IN_PART = "customer_id BETWEEN %(first)s AND %(last)s"

CLEAR = "DROP TABLE IF EXISTS journeys_recorded, journeys_past"
# Undo an earlier back-fill, so that a repeat with other rules begins anew.
FORGET = f"""
DELETE FROM journeys_stagevisit
WHERE journey_id = %(journey)s AND {IN_PART} AND why ? 'back_dated'
"""
# Where the recorded history of each customer begins: the past ends there.
RECORDED = f"""
CREATE TEMP TABLE journeys_recorded ON COMMIT DROP AS
SELECT DISTINCT ON (customer_id) customer_id, id, stage_id,
    coalesce((why->>'recorded_at')::timestamptz, entered_at) AS recorded_at,
    coalesce((why->>'recorded_at')::timestamptz, entered_at) AS entered_at
FROM journeys_stagevisit WHERE journey_id = %(journey)s AND {IN_PART}
ORDER BY customer_id, entered_at, id
"""
# Worked out afresh, only the stay that lasts is kept (campaigns know it by its id), and the past
# reaches up to now.
DROP_RECORDED = f"""
DELETE FROM journeys_stagevisit
WHERE journey_id = %(journey)s AND {IN_PART} AND left_at IS NOT NULL
"""
LASTING = f"""
CREATE TEMP TABLE journeys_recorded ON COMMIT DROP AS
SELECT customer_id, id, stage_id,
    coalesce((why->>'recorded_at')::timestamptz, entered_at) AS recorded_at,
    %(now)s AS entered_at
FROM journeys_stagevisit WHERE journey_id = %(journey)s AND {IN_PART} AND left_at IS NULL
"""
# Every step wants the rows in the order of the first, so they are sorted once. {rank} is the stage
# by priority, {moments} are those at which it may be another; both speak of p (the facts of then)
# and {rank} of m.at (the moment). Moments at which it stayed the same are dropped: what is left are
# moves.
PAST = """
CREATE TEMP TABLE journeys_past ON COMMIT DROP AS
WITH told AS (
    SELECT o.customer_id, o.placed_at AS at, o.id, o.kind,
        CASE WHEN o.currency = %(currency)s THEN o.total_cents ELSE 0 END AS cents
    FROM customers_order o
    WHERE o.shop_id = %(shop)s AND o.customer_id BETWEEN %(first)s AND %(last)s
    AND o.kind IN ('sale', 'cancellation')
    UNION ALL
    SELECT c.id, c.created_at, 0, '', 0 FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.created_at > '1970-01-01'
    AND c.id BETWEEN %(first)s AND %(last)s
    {met}
), ordered AS (
    SELECT t.*, coalesce(r.entered_at, %(now)s) AS ends,
        max(t.at) FILTER (WHERE t.kind = 'sale') OVER (PARTITION BY t.customer_id
            ORDER BY t.at, t.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_at
    FROM told t LEFT JOIN journeys_recorded r ON r.customer_id = t.customer_id
    WHERE t.at < coalesce(r.entered_at, %(now)s)
), summed AS (
    SELECT customer_id, at, ends,
        count(*) FILTER (WHERE kind = 'sale') OVER w AS order_count,
        count(*) FILTER (WHERE kind = 'cancellation') OVER w AS cancellation_count,
        sum(cents) OVER w AS revenue_cents,
        sum(cents) FILTER (WHERE kind = 'sale') OVER w AS gross_cents,
        coalesce(-sum(cents) FILTER (WHERE kind = 'cancellation') OVER w, 0) AS returned_cents,
        min(at) FILTER (WHERE kind = 'sale') OVER w AS first_order_at,
        max(at) FILTER (WHERE kind = 'sale') OVER w AS last_order_at,
        max(before_at) FILTER (WHERE kind = 'sale') OVER w AS last_but_one_at,
        avg(extract(epoch FROM at - before_at) / 86400.0) FILTER (WHERE kind = 'sale') OVER w
            AS mean_gap_days
    FROM ordered WINDOW w AS (PARTITION BY customer_id ORDER BY at)
), known AS (
    SELECT DISTINCT ON (customer_id, at) *,
        extract(epoch FROM last_order_at - last_but_one_at) / 86400.0 AS last_gap_days,
        gross_cents / nullif(order_count, 0) AS average_order_cents,
        least(1, greatest(0, coalesce(returned_cents / nullif(gross_cents, 0)::float, 0)))
            AS returned_fraction
    FROM summed ORDER BY customer_id, at
), snapshot AS (
    SELECT {facts}, customer_id, at AS since,
        coalesce(lead(at) OVER (PARTITION BY customer_id ORDER BY at), ends) AS until
    FROM known
), asked AS (
    SELECT p.customer_id, p.since, m.at, p.order_count, p.revenue_cents, p.last_order_at,
        {rank} AS rank
    FROM snapshot p {customer} CROSS JOIN LATERAL (SELECT v.at FROM (VALUES {moments}) AS v (at)
        WHERE v.at >= p.since AND v.at < p.until) AS m
), changed AS (
    SELECT *, lag(rank) OVER w AS before FROM asked
    WINDOW w AS (PARTITION BY customer_id ORDER BY since, at)
)
SELECT customer_id, rank AS stage_id, at AS entered_at, lead(at) OVER w AS left_at,
    before AS came_from_id, lead(rank) OVER w AS left_to_id, order_count, revenue_cents,
    last_order_at
FROM changed WHERE rank IS DISTINCT FROM before
WINDOW w AS (PARTITION BY customer_id ORDER BY since, at)
"""
CUSTOMER = "JOIN customers_customer c ON c.id = p.customer_id"
MOMENT = "({} + interval '1 microsecond')"  # of a due one: the rule's answer is another behind it
# The session's zone is UTC, where the two are the same, but hours need no calendar.
HOURS = ("interval '1 day'", "interval '24 hours'")
MET = """UNION ALL
    SELECT t.customer_id, t.occurred_at + k.days * interval '24 hours' + CASE WHEN k.days > 0
        THEN interval '1 microsecond' ELSE interval '0' END, 0, 'met', 0
    FROM customers_touchpoint t
    JOIN unnest(%(kinds)s::text[], %(days)s::float8[]) AS k (kind, days) ON k.kind = t.kind
    WHERE t.shop_id = %(shop)s AND t.customer_id BETWEEN %(first)s AND %(last)s"""
# The last stay of the past goes on as the first recorded one, if that is at the same stage; without
# a past it is as it was recorded. Rows that are so already are left alone.
JOINED = """
UPDATE journeys_stagevisit v SET entered_at = f.entered_at, came_from_id = f.came_from_id,
    why = f.why
FROM (SELECT r.id,
        CASE WHEN p.stage_id = r.stage_id THEN p.entered_at WHEN p.stage_id IS NOT NULL
            THEN r.entered_at ELSE r.recorded_at END AS entered_at,
        CASE WHEN p.stage_id = r.stage_id THEN p.came_from_id WHEN p.stage_id IS NOT NULL
            THEN p.stage_id WHEN NOT v.why ? 'recorded_at' THEN v.came_from_id END AS came_from_id,
        CASE WHEN p.stage_id IS NULL THEN v.why - 'recorded_at'
            ELSE v.why || jsonb_build_object('recorded_at', r.recorded_at) END AS why
    FROM journeys_recorded r JOIN journeys_stagevisit v ON v.id = r.id
    LEFT JOIN journeys_past p ON p.customer_id = r.customer_id AND p.left_at IS NULL) AS f
WHERE v.id = f.id
AND (v.entered_at, v.came_from_id, v.why) IS DISTINCT FROM (f.entered_at, f.came_from_id, f.why)
"""
FACTS_THEN = """'order_count', p.order_count, 'revenue_cents', p.revenue_cents,
    'last_order_at', p.last_order_at"""
COLUMNS = """(shop_id, journey_id, stage_id, customer_id, entered_at, left_at, came_from_id,
    left_to_id, why)"""
# What has ended breaks no unique key. {left} is the end of a stay that nothing recorded follows.
ENDED = f"""
INSERT INTO journeys_stagevisit {COLUMNS}
SELECT %(shop)s, %(journey)s, p.stage_id, p.customer_id, p.entered_at,
    coalesce(p.left_at, r.entered_at, {{left}}), p.came_from_id,
    CASE WHEN p.left_at IS NULL THEN r.stage_id ELSE p.left_to_id END,
    jsonb_build_object({FACTS_THEN}, 'back_dated', true)
FROM journeys_past p LEFT JOIN journeys_recorded r ON r.customer_id = p.customer_id
WHERE p.stage_id IS NOT NULL AND coalesce(p.left_at, r.entered_at, {{left}}) IS NOT NULL
AND (p.left_at IS NOT NULL OR r.stage_id IS DISTINCT FROM p.stage_id)
"""
# Where nobody stood, the stays that last are those of the past, with what placing would have noted.
LASTS = f"""
INSERT INTO journeys_stagevisit {COLUMNS}
SELECT %(shop)s, %(journey)s, p.stage_id, p.customer_id, p.entered_at, NULL, p.came_from_id, NULL,
    jsonb_build_object({FACTS_THEN}, 'recorded_at', %(now)s, 'rule', s.rule,
        'exit_rule', s.exit_rule)
FROM journeys_past p JOIN journeys_stage s ON s.id = p.stage_id
WHERE p.left_at IS NULL
AND NOT EXISTS (SELECT FROM journeys_recorded r WHERE r.customer_id = p.customer_id)
ON CONFLICT DO NOTHING
"""
