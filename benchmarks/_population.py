"""A made-up shop of any size, the same one every time: filled by the database alone.

Everything is drawn by hashing row numbers, so the order of work never changes a row. Buyers are
skewed (a few buy often), prices are skewed (a few cost much), touchpoints arrive in the order of
time, so that a customer's own lie scattered over the table as they do in life.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from shops import partitions
from shops.models import Shop

DAYS = 540
PRODUCTS, CATEGORIES = 2_000, 40

DRAW = """
CREATE FUNCTION draw(n bigint, salt int) RETURNS float8 IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN (hashint8extended(n, salt) & 2147483647) / 2147483648.0
"""
CUSTOMERS = """
INSERT INTO customers_customer (id, shop_id, external_id, email, phone, first_name, last_name,
    country, language, attributes, versions, created_at, updated_at)
SELECT n, %(shop)s, n::text, 'c' || n || '@example.com', '',
    (array['Ann', 'Bob', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gina', 'Hal', 'Ida', 'Jo'])[
        1 + floor(10 * draw(n, 17))::int], initcap(substr(md5(n::text), 1, 6)),
    (array['DE', 'FR', 'GB', 'CN', 'US', ''])[1 + floor(6 * draw(n, 1))::int], 'en',
    jsonb_build_object('tier', (array['gold', 'silver', 'none'])[1 + floor(3 * draw(n, 2))::int]),
    '{{}}', now() - draw(n, 3) * interval '{days} days', now()
FROM generate_series(1, %(customers)s) AS n
"""
PRODUCT = """
INSERT INTO shops_product (id, shop_id, external_id, title, category, price_cents, available,
    versions, updated_at)
SELECT n, %(shop)s, n::text, 'Product ' || n, 'Category ' || n %% {categories},
    (300 + 20000 * power(draw(n, 4), 4))::int, true, '{{}}', now()
FROM generate_series(1, {products}) AS n
"""
ORDERS = """
INSERT INTO customers_order (id, shop_id, customer_id, external_id, kind, placed_at, updated_at,
    total_cents, currency, country, cancels, digest)
SELECT n, %(shop)s, 1 + floor(%(customers)s * power(draw(n, 5), 1.7))::int, n::text,
    CASE WHEN draw(n, 6) < 0.06 THEN 'cancellation' ELSE 'sale' END,
    now() - draw(n, 7) * interval '{days} days', now(),
    CASE WHEN draw(n, 6) < 0.06 THEN -1 ELSE 1 END * (500 + 30000 * power(draw(n, 8), 3))::int,
    'EUR', '', '', ''
FROM generate_series(1, 2 * %(customers)s) AS n
"""
LINES = """
INSERT INTO customers_orderline (id, shop_id, order_id, position, product_id, quantity,
    unit_price_cents, total_cents)
SELECT n, %(shop)s, 1 + (n - 1) / 2, n %% 2, 1 + floor({products} * power(draw(n, 9), 2))::int,
    1 + floor(3 * draw(n, 10))::int, 1500, 1500
FROM generate_series(1, 4 * %(customers)s) AS n
"""
TOUCHPOINTS = """
INSERT INTO customers_touchpoint (shop_id, customer_id, kind, source, occurred_at, data, unread)
SELECT %(shop)s, 1 + floor(%(customers)s * power(draw(n, 11), 1.3))::int, k.kind, 't:' || n,
    now() - (1 - n::float8 / %(touchpoints)s) * interval '{days} days',
    CASE WHEN k.kind = 'product.viewed' THEN jsonb_build_object(
        'product_id', (1 + floor({products} * power(draw(n, 13), 2)))::int::text, 'device',
        CASE WHEN draw(n, 14) < 0.6 THEN 'mobile' ELSE 'desktop' END, 'source',
        (array['google', 'newsletter', 'direct'])[1 + floor(3 * draw(n, 15))::int])
    ELSE '{{}}' END, false
FROM generate_series(1, %(touchpoints)s) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN draw(n, 12) < 0.70 THEN 'product.viewed'
    WHEN draw(n, 12) < 0.86 THEN 'message.sent' WHEN draw(n, 12) < 0.91 THEN 'message.opened'
    WHEN draw(n, 12) < 0.93 THEN 'message.clicked' WHEN draw(n, 12) < 0.97 THEN 'cart.updated'
    ELSE 'order.placed' END AS kind) AS k
"""
CONSENTS = """
INSERT INTO customers_consent (shop_id, customer_id, channel, purpose, given_at, given_how,
    ended_how)
SELECT %(shop)s, n, 'email', 'marketing', now() - interval '{days} days', 'shop', ''
FROM generate_series(1, %(customers)s) AS n WHERE draw(n, 16) < 0.7
"""
STEPS = (CUSTOMERS, PRODUCT, ORDERS, LINES, TOUCHPOINTS, CONSENTS)

# Loading checks nothing that the series itself guarantees; indexes are built once, after it.
BARE = """
DROP INDEX touchpoint_history, touchpoint_time;
ALTER TABLE customers_touchpoint DROP CONSTRAINT touchpoint_once;
SET session_replication_role = replica;
SET synchronous_commit = off;
"""
DRESS = """
SET session_replication_role = origin;
SET synchronous_commit = on;
SET maintenance_work_mem = '512MB';
ALTER TABLE customers_touchpoint ADD CONSTRAINT touchpoint_once
    UNIQUE (shop_id, source, occurred_at);
CREATE INDEX touchpoint_time ON customers_touchpoint USING brin (occurred_at);
CREATE INDEX touchpoint_history ON customers_touchpoint (customer_id, occurred_at DESC);
"""
VACUUM = "VACUUM ANALYZE {}"
FILLED = (
    "customers_customer",
    "customers_order",
    "customers_orderline",
    "customers_touchpoint",
    "customers_consent",
    "shops_product",
)


@contextmanager
def database(name: str) -> Iterator[None]:
    """Work in a database of its own on the same server, dropped afterwards."""
    home = connection.settings_dict["NAME"]
    _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    _enter(name)
    try:
        yield
    finally:
        _enter(home)
        _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def fill(customers: int, touchpoints: int, steps: tuple[str, ...] = STEPS) -> Shop:
    """Migrate the database and fill it with one shop."""
    call_command("migrate", verbosity=0)
    shop = Shop.objects.create(name="Benchmark", key="benchmark", timezone="Europe/Berlin")
    today = now()
    partitions.ensure(
        "customers_touchpoint", [today - timedelta(days=days) for days in range(DAYS + 1)]
    )
    counts = {"shop": shop.pk, "customers": customers, "touchpoints": touchpoints}
    with connection.cursor() as cursor:
        cursor.execute(DRAW)
        cursor.execute(BARE)
        for step in steps:
            sql = step.format(days=DAYS, products=PRODUCTS, categories=CATEGORIES)
            cursor.execute(sql, counts)
        cursor.execute(DRESS)
    _run(*(VACUUM.format(table) for table in FILLED))
    return shop


def _enter(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
