"""How each aspect was spoken of, month by month: the figures of the heat map."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from reviews_nlp.aspects.register import label
from shops.models import Product, Shop

MONTHS, PRODUCTS = 12, 50
COUNTED = """
SELECT o.aspect, date_trunc('month', r.written_at)::date AS month, count(DISTINCT r.id),
    count(DISTINCT r.id) FILTER (WHERE o.sentiment < 0)
FROM reviews_nlp_review r JOIN reviews_nlp_aspectopinion o ON o.review_id = r.id
WHERE r.shop_id = %(shop)s AND r.suspicion = '' AND (%(product)s::bigint IS NULL
    OR r.product_id = %(product)s)
AND r.written_at >= date_trunc('month', now()) - (%(months)s - 1) * interval '1 month'
GROUP BY 1, 2
"""
MONTHS_BACK = """
SELECT (date_trunc('month', now()) - n * interval '1 month')::date
FROM generate_series(%s - 1, 0, -1) AS n
"""
MOST_REVIEWED = """
SELECT p.id FROM shops_product p JOIN reviews_nlp_review r ON r.product_id = p.id
WHERE p.shop_id = %s GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Reviews that speak of an aspect in a month, and how many of them complain."""

    count: int
    bad: int

    @property
    def bad_percent(self) -> int:
        return round(100 * self.bad / self.count) if self.count else 0


@dataclass(frozen=True, slots=True)
class Row:
    """An aspect and its months, oldest first."""

    aspect: str
    cells: list[Cell]

    @property
    def count(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The last twelve months; aspects that are spoken of most come first."""

    months: list[date]
    rows: list[Row]


def heat_map(shop: Shop, product: int | None = None) -> HeatMap:
    """Of one product, or of all."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_BACK, [MONTHS])
        months = [month for (month,) in cursor.fetchall()]
        cursor.execute(COUNTED, {"shop": shop.pk, "product": product, "months": MONTHS})
        found = {(aspect, month): Cell(n, bad) for aspect, month, n, bad in cursor.fetchall()}
    aspects = {aspect for aspect, _ in found}
    rows = [Row(label(a), [found.get((a, m), Cell(0, 0)) for m in months]) for a in aspects]
    return HeatMap(months, sorted(rows, key=lambda row: (-row.count, row.aspect)))


def products(shop: Shop) -> list[Product]:
    """Those that are reviewed most."""
    with connection.cursor() as cursor:
        cursor.execute(MOST_REVIEWED, [shop.pk, PRODUCTS])
        order = [pk for (pk,) in cursor.fetchall()]
    found = Product.objects.in_bulk(order)
    return [found[pk] for pk in order]
