"""The parts of the profile: each a chain of CTEs that ends in one row a chosen customer.

They read `chosen` (id, shop_id, zone), the tables as `customers.profiles` tells them to, and the
parameters that it binds. The last CTE of a part has the features' names as columns; features
without a row there are empty.
"""

# How tables are read: in one go for everybody, row by row through their indexes for a batch. Left
# to itself the planner reads the whole history for one customer in a hundred; and a plan that rests
# on statistics takes minutes after an import, when there are none yet (see JOINED_AT_ONCE, too).
EVERYBODY = {
    "orders": "chosen JOIN customers_order o ON o.customer_id = chosen.id",
    "lines": "JOIN customers_orderline l ON l.order_id = o.id",
    "touchpoints": "chosen JOIN customers_touchpoint t ON t.customer_id = chosen.id",
    "product": "JOIN shops_product p ON p.id = b.product_id",
}
EACH = "JOIN LATERAL (SELECT * FROM {} OFFSET 0) AS {} ON true"
BATCH = {
    "orders": "chosen " + EACH.format("customers_order WHERE customer_id = chosen.id", "o"),
    "lines": EACH.format("customers_orderline WHERE order_id = o.id", "l"),
    "touchpoints": "chosen "
    + EACH.format("customers_touchpoint WHERE customer_id = chosen.id", "t"),
    "product": EACH.format("shops_product WHERE id = b.product_id", "p"),
}

# What customers do themselves; the rest is done to them or by machines.
ACTIVE = """(kind NOT LIKE 'message.%%'
        AND kind NOT IN ('product.restocked', 'product.price_dropped', 'review.complained')
    OR (kind IN ('message.opened', 'message.clicked') AND NOT machine))"""

ORDERED = """
dated AS (
    SELECT o.customer_id, o.kind, o.placed_at, o.placed_at AT TIME ZONE chosen.zone AS local,
        CASE WHEN o.currency = %(currency)s THEN o.total_cents ELSE 0 END AS cents,
        extract(epoch FROM o.placed_at - lag(o.placed_at) OVER history) / 86400.0 AS gap_days,
        lead(o.id) OVER history IS NULL AS newest
    FROM {orders}
    WHERE o.kind IN ('sale', 'cancellation')
    WINDOW history AS (PARTITION BY o.customer_id, o.kind ORDER BY o.placed_at, o.id)
), summed AS (
    SELECT customer_id,
        count(*) FILTER (WHERE kind = 'sale') AS order_count,
        count(*) FILTER (WHERE kind = 'cancellation') AS cancellation_count,
        sum(cents) AS revenue_cents,
        sum(cents) FILTER (WHERE kind = 'sale') AS gross_cents,
        coalesce(-sum(cents) FILTER (WHERE kind = 'cancellation'), 0) AS returned_cents,
        min(placed_at) FILTER (WHERE kind = 'sale') AS first_order_at,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_order_at,
        max(gap_days) FILTER (WHERE kind = 'sale' AND newest) AS last_gap_days,
        avg(gap_days) FILTER (WHERE kind = 'sale') AS mean_gap_days,
        stddev_samp(gap_days) FILTER (WHERE kind = 'sale') AS spread_gap_days,
        mode() WITHIN GROUP (ORDER BY extract(hour FROM local))
            FILTER (WHERE kind = 'sale') AS order_hour,
        mode() WITHIN GROUP (ORDER BY extract(isodow FROM local))
            FILTER (WHERE kind = 'sale') AS order_weekday
    FROM dated GROUP BY customer_id
), ordered AS (
    SELECT *, gross_cents / nullif(order_count, 0) AS average_order_cents,
        least(1, greatest(0, coalesce(returned_cents / nullif(gross_cents, 0)::float, 0)))
            AS returned_fraction
    FROM summed
)"""

BOUGHT = """
thirds AS (
    SELECT percentile_disc(array[0.333, 0.667]) WITHIN GROUP (ORDER BY price_cents) AS cuts
    FROM (SELECT price_cents FROM shops_product
        WHERE shop_id = %(shop)s AND price_cents > 0 LIMIT 20000) AS prices
), purchases AS (
    SELECT o.customer_id, l.product_id, count(DISTINCT o.id) AS times,
        sum(l.quantity) AS quantity, sum(l.unit_price_cents * l.quantity) AS list_cents,
        sum(l.total_cents) AS paid_cents, max(o.placed_at) AS last_at
    FROM {orders}
    {lines}
    WHERE o.kind = 'sale' GROUP BY o.customer_id, l.product_id
), ranked AS (
    SELECT b.*, p.title, p.category, p.brand, p.available,
        row_number() OVER (PARTITION BY b.customer_id
            ORDER BY b.times DESC, b.last_at DESC, b.product_id) AS place
    FROM purchases b {product}
), kinds AS (
    SELECT customer_id, what, name, row_number() OVER (PARTITION BY customer_id, what
        ORDER BY sum(times) DESC, max(last_at) DESC, name) AS place
    FROM ranked, LATERAL (VALUES ('category', category), ('brand', brand)) AS n (what, name)
    WHERE name <> '' GROUP BY customer_id, what, name
), named AS (
    SELECT customer_id, count(*) FILTER (WHERE what = 'category') AS category_count,
        jsonb_agg(name ORDER BY place) FILTER (WHERE what = 'category' AND place <= %(top)s)
            AS top_categories,
        jsonb_agg(name ORDER BY place) FILTER (WHERE what = 'brand' AND place <= %(top)s)
            AS top_brands
    FROM kinds GROUP BY customer_id
), items AS (
    SELECT customer_id, sum(quantity) AS item_count, count(*) AS product_count,
        least(1, greatest(0, coalesce(1 - sum(paid_cents) / nullif(sum(list_cents), 0)::float, 0)))
            AS discount_fraction,
        sum(list_cents) / nullif(sum(quantity), 0) AS mean_price_cents,
        jsonb_agg(jsonb_build_object('product_id', product_id, 'title', title, 'times', times)
            ORDER BY place) FILTER (WHERE place <= %(top)s AND title <> '' AND available)
            AS favourites
    FROM ranked GROUP BY customer_id
), bought AS (
    SELECT items.*, category_count, top_categories, top_brands,
        CASE WHEN mean_price_cents <= cuts[1] THEN 'low' WHEN mean_price_cents <= cuts[2]
            THEN 'middle' WHEN cuts IS NOT NULL THEN 'high' END AS price_band
    FROM items CROSS JOIN thirds LEFT JOIN named USING (customer_id)
)"""

MET = f"""
told AS (
    SELECT t.customer_id, t.kind, t.occurred_at, t.data @> '{{{{"machine": true}}}}' AS machine,
        t.occurred_at AT TIME ZONE chosen.zone AS local,
        nullif(t.data->>'device', '') AS device, nullif(t.data->>'source', '') AS source
    FROM {{touchpoints}}
    WHERE NOT t.data @> '{{{{"bot": true}}}}'
), walked AS (
    SELECT *, {ACTIVE} AS active, max(occurred_at) FILTER (WHERE {ACTIVE}) OVER (
        PARTITION BY customer_id ORDER BY occurred_at, kind
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS active_before
    FROM told
), seen AS (
    SELECT customer_id, count(*) AS touchpoint_count, max(occurred_at) AS last_touchpoint_at,
        max(occurred_at) FILTER (WHERE active) AS last_active_at,
        count(*) FILTER (WHERE active AND (active_before IS NULL
            OR occurred_at > active_before + interval '30 minutes')) AS session_count,
        count(*) FILTER (WHERE kind = 'product.viewed') AS view_count,
        max(occurred_at) FILTER (WHERE kind = 'product.viewed') AS last_view_at,
        max(occurred_at) FILTER (WHERE kind IN ('cart.updated', 'checkout.started'))
            AS last_cart_at,
        count(*) FILTER (WHERE kind = 'message.sent') AS message_sent_count,
        count(*) FILTER (WHERE kind = 'message.opened' AND NOT machine) AS message_opened_count,
        count(*) FILTER (WHERE kind = 'message.clicked' AND NOT machine) AS message_clicked_count,
        count(*) FILTER (WHERE kind = 'message.opened' AND machine) AS machine_open_count,
        count(*) FILTER (WHERE kind = 'message.clicked' AND machine) AS scanner_click_count,
        max(occurred_at) FILTER (WHERE kind = 'message.sent') AS last_message_at,
        max(occurred_at) FILTER (WHERE kind = 'message.opened' AND NOT machine) AS last_opened_at,
        max(occurred_at) FILTER (WHERE kind = 'message.clicked' AND NOT machine) AS last_clicked_at,
        mode() WITHIN GROUP (ORDER BY extract(hour FROM local)) FILTER (WHERE active) AS best_hour,
        mode() WITHIN GROUP (ORDER BY extract(isodow FROM local)) FILTER (WHERE active)
            AS active_weekday,
        (array['night', 'morning', 'afternoon', 'evening'])[1 + mode() WITHIN GROUP (
            ORDER BY extract(hour FROM local)::int / 6) FILTER (WHERE active)] AS day_part,
        mode() WITHIN GROUP (ORDER BY device) AS main_device,
        (array_agg(kind ORDER BY occurred_at, kind))[1] AS first_touchpoint,
        array_agg(source ORDER BY occurred_at, kind) FILTER (WHERE source IS NOT NULL) AS sources
    FROM walked GROUP BY customer_id
), carts AS (
    SELECT customer_id, kind, occurred_at, lead(occurred_at) OVER (
        PARTITION BY customer_id ORDER BY occurred_at) AS next_at
    FROM told WHERE kind IN ('cart.updated', 'checkout.started', 'order.placed')
), left_behind AS (
    SELECT customer_id, count(*) AS abandoned_cart_count FROM carts
    WHERE kind <> 'order.placed'
    AND coalesce(next_at, %(now)s) > occurred_at + interval '1 day' GROUP BY customer_id
), met AS (
    SELECT seen.*, sources[1] AS first_source, sources[cardinality(sources)] AS last_source,
        abandoned_cart_count FROM seen LEFT JOIN left_behind USING (customer_id)
)"""

PARTS = {"ordered": ORDERED, "bought": BOUGHT, "met": MET}
