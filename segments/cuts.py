"""Cut points: where the top tenth of a field begins, kept so that a rank costs one comparison."""

from datetime import timedelta

from django.db import connection
from django.utils.timezone import now

from segments.models import CutPoints
from shops.models import Shop

FRESH = timedelta(hours=25)  # they are renewed with the daily full refresh
SAMPLE_ROWS = 50_000

# The first by a hash of the id, which an index keeps: the same sample for everybody who asks.
MEASURE = """
SELECT percentile_disc((SELECT array_agg(n / 1000.0 ORDER BY n) FROM generate_series(0, 1000) AS n))
    WITHIN GROUP (ORDER BY ({expression})::float8)
FROM (SELECT * FROM customers_customer WHERE shop_id = %(shop)s AND merged_into_id IS NULL
    ORDER BY hashint8(id), id LIMIT %(sample)s) AS c
LEFT JOIN customers_profile p ON p.customer_id = c.id
"""


def of(shop: Shop, field: str, expression: str, percent: float) -> float | None:
    """The value of the field at this percentage from below (0 to 100), of those who have one.

    From a sample of up to 50,000 customers, at most 25 hours old. None in a shop without values.
    """
    kept = CutPoints.objects.filter(shop=shop, field=field).first()
    if kept is None or kept.computed_at < now() - FRESH:
        kept = _measure(shop, field, expression)
    return float(kept.cuts[round(percent * 10)]) if kept.cuts else None


def _measure(shop: Shop, field: str, expression: str) -> CutPoints:
    with connection.cursor() as cursor:
        params = {"shop": shop.pk, "sample": SAMPLE_ROWS}
        cursor.execute(MEASURE.format(expression=expression), params)
        found = cursor.fetchone()[0] or []
    return CutPoints.objects.update_or_create(
        shop=shop, field=field, defaults={"cuts": found, "computed_at": now()}
    )[0]
