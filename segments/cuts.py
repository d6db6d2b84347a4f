"""Cut points: where the top tenth of a field begins, kept so that a rank costs one comparison."""

from datetime import timedelta

from django.db import connection
from django.utils.timezone import now

from segments.models import CutPoints
from shops.models import Shop

FRESH = timedelta(hours=25)  # they are renewed with the daily full refresh
SAMPLE_ROWS = 100_000

# Every n-th customer by a hash of the id: the same sample for everybody who asks.
MEASURE = """
SELECT percentile_disc((SELECT array_agg(n / 1000.0 ORDER BY n) FROM generate_series(0, 1000) AS n))
    WITHIN GROUP (ORDER BY ({expression})::float8)
FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND hashint8(c.id) %% %(one_in)s = 0
"""
COUNT = "SELECT greatest(1, count(*) / %s) FROM customers_customer WHERE shop_id = %s"


def of(shop: Shop, field: str, expression: str, percent: float) -> float | None:
    """The value of the field at this percentage from below (0 to 100), of those who have one.

    From a sample of up to 100,000 customers, at most 25 hours old. None in a shop without values.
    """
    kept = CutPoints.objects.filter(shop=shop, field=field).first()
    if kept is None or kept.computed_at < now() - FRESH:
        kept = _measure(shop, field, expression)
    return float(kept.cuts[round(percent * 10)]) if kept.cuts else None


def _measure(shop: Shop, field: str, expression: str) -> CutPoints:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [SAMPLE_ROWS, shop.pk])
        params = {"shop": shop.pk, "one_in": cursor.fetchone()[0]}
        cursor.execute(MEASURE.format(expression=expression), params)
        found = cursor.fetchone()[0] or []
    return CutPoints.objects.update_or_create(
        shop=shop, field=field, defaults={"cuts": found, "computed_at": now()}
    )[0]
