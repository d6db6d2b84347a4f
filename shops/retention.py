"""Raw deliveries are kept for a while, the keys that make a repeat harmless for longer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from shops import partitions

BATCH = 10_000
FORGET_KEYS = """
DELETE FROM shops_deliverykey WHERE (shop_id, message_id) IN (
    SELECT shop_id, message_id FROM shops_deliverykey WHERE received_at < %s
    ORDER BY received_at LIMIT %s)
"""


def forget_old(now: datetime) -> None:
    """Drop months of deliveries that are over, and old keys. A month with waiting rows stays."""
    partitions.drop_before(
        "shops_delivery",
        now - timedelta(days=settings.DELIVERY_RETENTION_DAYS),
        unless="digested_at IS NULL",
    )
    oldest = now - timedelta(days=settings.DELIVERY_RETENTION_DAYS + settings.DELIVERY_KEY_DAYS)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET_KEYS, [oldest, BATCH])
            if cursor.rowcount < BATCH:
                return
