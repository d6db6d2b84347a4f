"""The statements of `customers.facts`: arrays in, one row an element, newer wins.

Each field of a customer or product has a version, the time it was last said: so two partial
updates end in the same row whichever comes first. Equal times are settled by the value itself.
"""

# One batch of a shop is stored at a time: two that know halves of the same story would otherwise
# each miss the other's.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('customers.facts'), %(shop)s)"

CUSTOMER_FIELDS = ("email", "phone", "first_name", "last_name", "country", "language")
PRODUCT_FIELDS = ("title", "category", "brand", "price_cents", "available", "stock_count",
                  "cost_cents")  # fmt: skip


def _is_newer(field: str) -> str:
    return (
        f"(excluded.versions ? '{field}' AND (excluded.versions->>'{field}', excluded.{field})"
        f" > (coalesce(o.versions->>'{field}', ''), o.{field}))"
    )


def _newest(fields: tuple[str, ...]) -> str:
    """The SET list that takes each field where it is newer, and its version with it."""
    values = [f"{f} = CASE WHEN {_is_newer(f)} THEN excluded.{f} ELSE o.{f} END" for f in fields]
    versions = ", ".join(
        f"'{f}', CASE WHEN {_is_newer(f)} THEN excluded.versions->>'{f}' END" for f in fields
    )
    kept = f"versions = o.versions || jsonb_strip_nulls(jsonb_build_object({versions}))"
    return ",\n        ".join([*values, kept])


def _any_newer(fields: tuple[str, ...]) -> str:
    return " OR ".join(_is_newer(field) for field in fields)


# Returns every customer named, who they are part of, and whether anything about them changed.
CUSTOMERS = f"""
WITH given AS (
    SELECT %s::bigint AS shop_id, t.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[])
        AS t (external_id, email, phone, first_name, last_name, country, language, versions,
        created_at, updated_at)
), written AS (
    INSERT INTO customers_customer AS o (shop_id, external_id, email, phone, first_name, last_name,
        country, language, attributes, versions, created_at, updated_at)
    SELECT shop_id, external_id, email, phone, first_name, last_name, country, language, '{{}}',
        versions, created_at, updated_at
    FROM given ORDER BY external_id
    ON CONFLICT (shop_id, external_id) WHERE NOT external_id = '' DO UPDATE SET
        {_newest(CUSTOMER_FIELDS)},
        created_at = least(o.created_at, excluded.created_at),
        updated_at = greatest(o.updated_at, excluded.updated_at)
    WHERE {_any_newer(CUSTOMER_FIELDS)}
        OR excluded.created_at < o.created_at OR excluded.updated_at > o.updated_at
    RETURNING o.external_id, o.id, o.merged_into_id
)
SELECT external_id, id, merged_into_id, true FROM written
UNION ALL
SELECT g.external_id, c.id, c.merged_into_id, false FROM given g
JOIN customers_customer c ON c.shop_id = g.shop_id AND c.external_id = g.external_id
WHERE NOT EXISTS (SELECT FROM written w WHERE w.external_id = g.external_id)
"""

IDENTITIES = """
INSERT INTO customers_identity (shop_id, customer_id, kind, value, verified, created_at)
SELECT %s, customer_id, 'external_id', value, true, now()
FROM unnest(%s::bigint[], %s::text[]) AS t (customer_id, value) ORDER BY value
ON CONFLICT DO NOTHING
"""


def _can_be_had(alias: str) -> str:
    return f"({alias}.available AND coalesce({alias}.stock_count > 0, true))"


# Returns the products we knew already and their prices and stock before and after: the second look
# at the table sees it as it was when the statement began.
PRODUCTS = f"""
WITH written AS (
INSERT INTO shops_product AS o (shop_id, external_id, title, category, brand, price_cents,
    available, stock_count, cost_cents, versions, updated_at)
SELECT %s, t.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
    %s::boolean[], %s::bigint[], %s::bigint[], %s::jsonb[], %s::timestamptz[])
    AS t (external_id, title, category, brand, price_cents, available, stock_count, cost_cents,
    versions, updated_at)
ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
    {_newest(PRODUCT_FIELDS)},
    updated_at = greatest(o.updated_at, excluded.updated_at)
WHERE {_any_newer(PRODUCT_FIELDS)} OR excluded.updated_at > o.updated_at
RETURNING o.id, {_can_be_had("o")} AS had, o.price_cents, o.versions
)
SELECT w.id, {_can_be_had("before")}, w.had,
    greatest(w.versions->>'available', w.versions->>'stock_count'), before.price_cents,
    w.price_cents, w.versions->>'price_cents'
FROM written w JOIN shops_product before ON before.id = w.id
WHERE {_can_be_had("before")} <> w.had OR before.price_cents > w.price_cents
"""

COUPONS = """
INSERT INTO shops_coupon AS o (shop_id, external_id, code, kind, value, used_count, expires_at,
    updated_at)
SELECT %s, t.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::int[],
    %s::timestamptz[], %s::timestamptz[])
    AS t (external_id, code, kind, value, used_count, expires_at, updated_at)
ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET code = excluded.code, kind = excluded.kind,
    value = excluded.value, used_count = excluded.used_count, expires_at = excluded.expires_at,
    updated_at = excluded.updated_at
WHERE (excluded.updated_at, excluded.code, excluded.kind, excluded.value, excluded.used_count)
    > (o.updated_at, o.code, o.kind, o.value, o.used_count)
"""

# Returns the orders that were new or newer than ours, and which of them were new.
ORDERS = """
INSERT INTO customers_order AS o (shop_id, external_id, kind, customer_id, merged_from, placed_at,
    updated_at, total_cents, currency, country, cancels, digest)
SELECT %s, t.* FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[],
    %s::timestamptz[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS t (external_id, kind, customer_id, merged_from, placed_at, updated_at, total_cents, currency,
    country, cancels, digest)
ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
    kind = excluded.kind,
    customer_id = excluded.customer_id,
    merged_from = excluded.merged_from,
    placed_at = excluded.placed_at,
    updated_at = excluded.updated_at,
    total_cents = excluded.total_cents,
    currency = excluded.currency,
    country = excluded.country,
    cancels = excluded.cancels,
    digest = excluded.digest
WHERE (excluded.updated_at, excluded.digest) > (o.updated_at, o.digest)
RETURNING external_id, id, xmax = 0
"""

BUYERS = """
SELECT customer_id FROM customers_order
WHERE shop_id = %s AND external_id = ANY(%s) AND customer_id IS NOT NULL
"""

# A cancellation belongs to whoever placed the order it cancels, whichever of the two came first.
# Returns the cancellations whose customer became known.
ADOPT = """
WITH family AS (
    SELECT child.id, parent.customer_id, parent.merged_from FROM customers_order child
    JOIN customers_order parent
        ON parent.shop_id = child.shop_id AND parent.external_id = child.cancels
    WHERE child.shop_id = %(shop)s AND child.cancels <> ''
    AND (child.external_id = ANY(%(orders)s) OR child.cancels = ANY(%(orders)s))
    ORDER BY child.id
)
UPDATE customers_order o SET customer_id = family.customer_id, merged_from = family.merged_from
FROM family WHERE o.id = family.id AND (o.customer_id, o.merged_from)
    IS DISTINCT FROM (family.customer_id, family.merged_from)
RETURNING o.id
"""

FORGET_ORDERS = """
WITH gone AS (
    SELECT id, source FROM (SELECT id, shop_id, 'order:' || external_id AS source
        FROM customers_order WHERE shop_id = %(shop)s AND external_id = ANY(%(orders)s)) AS known
), lines AS (
    DELETE FROM customers_orderline l USING gone WHERE l.order_id = gone.id
), told AS (
    DELETE FROM customers_touchpoint t USING gone
    WHERE t.shop_id = %(shop)s AND t.source = gone.source
)
DELETE FROM customers_order o USING gone WHERE o.id = gone.id
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
