"""The statements of `customers.facts`: arrays in, one row an element, newer wins."""

# Returns every customer named, and whether anything about them changed.
CUSTOMERS = """
WITH given AS (
    SELECT %s::bigint AS shop_id, t.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::timestamptz[]) AS t (external_id, email, phone,
        first_name, last_name, country, language, updated_at)
), written AS (
    INSERT INTO customers_customer AS c (shop_id, external_id, email, phone, first_name, last_name,
        country, language, attributes, created_at, updated_at)
    SELECT shop_id, external_id, email, phone, first_name, last_name, country, language, '{}',
        CASE WHEN updated_at > '1970-01-01Z' THEN updated_at ELSE now() END, updated_at
    FROM given ORDER BY external_id
    ON CONFLICT (shop_id, external_id) WHERE NOT external_id = '' DO UPDATE SET
        email = coalesce(nullif(excluded.email, ''), c.email),
        phone = coalesce(nullif(excluded.phone, ''), c.phone),
        first_name = coalesce(nullif(excluded.first_name, ''), c.first_name),
        last_name = coalesce(nullif(excluded.last_name, ''), c.last_name),
        country = coalesce(nullif(excluded.country, ''), c.country),
        language = coalesce(nullif(excluded.language, ''), c.language),
        created_at = least(c.created_at, excluded.created_at),
        updated_at = excluded.updated_at
    WHERE excluded.updated_at > c.updated_at
    RETURNING c.external_id, c.id
)
SELECT external_id, id, true FROM written
UNION ALL
SELECT g.external_id, c.id, false FROM given g
JOIN customers_customer c ON c.shop_id = g.shop_id AND c.external_id = g.external_id
WHERE NOT EXISTS (SELECT FROM written w WHERE w.external_id = g.external_id)
"""

IDENTITIES = """
INSERT INTO customers_identity (shop_id, customer_id, kind, value, verified, created_at)
SELECT %s, customer_id, 'external_id', value, true, now()
FROM unnest(%s::bigint[], %s::text[]) AS t (customer_id, value) ORDER BY value
ON CONFLICT DO NOTHING
"""

PRODUCTS = """
INSERT INTO shops_product AS p (shop_id, external_id, title, category, price_cents, updated_at)
SELECT %s, t.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
    AS t (external_id, title, category, price_cents, updated_at)
ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
    title = coalesce(nullif(excluded.title, ''), p.title),
    category = coalesce(nullif(excluded.category, ''), p.category),
    price_cents = coalesce(excluded.price_cents, p.price_cents),
    updated_at = excluded.updated_at
WHERE excluded.updated_at > p.updated_at
"""

# Returns the orders that were new or newer than ours.
ORDERS = """
INSERT INTO customers_order AS o (shop_id, external_id, kind, customer_id, placed_at, updated_at,
    total_cents, currency, country)
SELECT %s, t.* FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[],
    %s::timestamptz[], %s::bigint[], %s::text[], %s::text[]) AS t (external_id, kind, customer_id,
    placed_at, updated_at, total_cents, currency, country)
ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
    kind = excluded.kind,
    customer_id = coalesce(excluded.customer_id, o.customer_id),
    placed_at = excluded.placed_at,
    updated_at = excluded.updated_at,
    total_cents = excluded.total_cents,
    currency = excluded.currency,
    country = excluded.country
WHERE excluded.updated_at > o.updated_at
RETURNING external_id, id
"""

LINES_GONE = """
DELETE FROM customers_orderline l
USING unnest(%s::bigint[], %s::int[]) AS t (order_id, line_count)
WHERE l.order_id = t.order_id AND l.position >= t.line_count
"""

LINES = """
INSERT INTO customers_orderline (shop_id, order_id, position, product_id, quantity,
    unit_price_cents, total_cents)
SELECT %s, t.order_id, t.position, p.id, t.quantity, t.unit_price_cents, t.total_cents
FROM shops_product p
JOIN (SELECT %s::bigint AS shop_id, u.* FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[],
    %s::bigint[], %s::bigint[]) AS u (order_id, position, product, quantity, unit_price_cents,
    total_cents)) AS t ON p.shop_id = t.shop_id AND p.external_id = t.product
ON CONFLICT (order_id, position) DO UPDATE SET
    product_id = excluded.product_id,
    quantity = excluded.quantity,
    unit_price_cents = excluded.unit_price_cents,
    total_cents = excluded.total_cents
"""

CONSENTS_END = """
UPDATE customers_consent c SET ended_at = t.occurred_at, ended_how = t.how
FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::timestamptz[], %s::text[], %s::boolean[])
    AS t (customer_id, channel, given, occurred_at, how, explicit)
WHERE c.customer_id = t.customer_id AND c.channel = t.channel AND c.purpose = 'marketing'
AND c.ended_at IS NULL AND c.given_at <= t.occurred_at
"""

CONSENTS_OPEN = """
INSERT INTO customers_consent (shop_id, customer_id, channel, purpose, given_at, given_how,
    ended_how)
SELECT %s, t.customer_id, t.channel, 'marketing', t.occurred_at, t.how, ''
FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::timestamptz[], %s::text[], %s::boolean[])
    AS t (customer_id, channel, given, occurred_at, how, explicit)
WHERE NOT EXISTS (
    SELECT FROM customers_consent c
    WHERE c.customer_id = t.customer_id AND c.channel = t.channel AND c.purpose = 'marketing'
    AND (NOT t.explicit OR coalesce(c.ended_at, c.given_at) > t.occurred_at)
)
ORDER BY t.customer_id, t.channel
ON CONFLICT DO NOTHING
"""
