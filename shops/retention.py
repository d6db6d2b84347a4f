"""Raw deliveries are kept for a while, the keys that make a repeat harmless for longer.

So is what endpoints were told, once it has arrived.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from shops import keeping, partitions
from shops.models import Shop

BATCH = 10_000
DIGESTED = "digested_at IS NOT NULL"
FORGET_KEYS = """
DELETE FROM shops_deliverykey WHERE (shop_id, message_id) IN (
    SELECT shop_id, message_id FROM shops_deliverykey WHERE received_at < %s
    ORDER BY received_at LIMIT %s)
"""
FORGET_TOLD = """
WITH old AS (
    SELECT id FROM shops_outgoingevent WHERE delivered_at < %s ORDER BY delivered_at LIMIT %s
), attempts AS (
    DELETE FROM shops_outgoingattempt a USING old WHERE a.event_id = old.id
)
DELETE FROM shops_outgoingevent e USING old WHERE e.id = old.id
"""


def forget_old(now: datetime) -> None:
    """Drop months of deliveries that are over, and old keys. A month with waiting rows stays."""
    usual = now - timedelta(days=settings.DELIVERY_RETENTION_DAYS)
    chosen = keeping.terms("deliveries", now)
    longest = min([usual, *chosen.values()])
    partitions.drop_before("shops_delivery", longest, unless="digested_at IS NULL")
    shops = Shop.objects.values_list("pk", flat=True)
    for shop, before in (dict.fromkeys(shops, usual) | chosen).items():
        if before > longest:
            keeping.delete("shops_delivery", "received_at", shop, before, only=DIGESTED)
    oldest = now - timedelta(days=settings.DELIVERY_RETENTION_DAYS + settings.DELIVERY_KEY_DAYS)
    _forget(FORGET_KEYS, oldest)
    _forget(FORGET_TOLD, now - timedelta(days=settings.OUTGOING_RETENTION_DAYS))


def _forget(statement: str, before: datetime) -> None:
    """Repeat the statement, a batch at a time, until nothing is left."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [before, BATCH])
        while cursor.rowcount == BATCH:
            cursor.execute(statement, [before, BATCH])
