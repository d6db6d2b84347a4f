"""What we ourselves note about customers, beside what the shop says."""

from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from customers import touchpoints
from shops.models import Shop

PUT = """
UPDATE customers_customer SET attributes = attributes || %(said)s::jsonb
WHERE shop_id = %(shop)s AND id IN (
    SELECT id FROM customers_customer WHERE id = ANY(%(customers)s) ORDER BY id FOR UPDATE)
AND NOT attributes @> %(said)s::jsonb
RETURNING id
"""


def put(shop: Shop, customers: list[int], said: dict[str, Any]) -> int:
    """Set these attributes of these customers; returns how many changed, who are looked at anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        known: dict[str, Any] = {"shop": shop.pk, "customers": customers, "said": Jsonb(said)}
        cursor.execute(PUT, known)
        changed = [pk for (pk,) in cursor.fetchall()]
        touchpoints.mark_stale(changed)
    return len(changed)
