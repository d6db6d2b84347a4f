"""What products are about, as vectors: read once for each version of their text.

The multilingual encoder reads title and category, so that "beaker" is like "mug", in another
language too; pgvector compares, when a customer is offered something, what came since their list
was written with what they bought. Without the encoder or pgvector, words alone are compared.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from customers.models import Customer
from insights.assortment import MAY_BE_OFFERED
from insights.recommendation_models import ProductVector
from llm import encoding, meaning
from shops.models import Shop

AT_ONCE = 500
MOST = 5_000  # in one go; the clock comes again
NEWCOMERS, REMEMBERED = 50, 20  # products compared: the latest of the shop, of the customer
LEAST_LIKENESS = 0.65  # of two products of a shop in 200 one is as like the other

DUE = """
SELECT p.id, p.title || ' ' || p.category, md5(p.title || ' ' || p.category)
FROM shops_product p LEFT JOIN insights_productvector v ON v.product_id = p.id
WHERE p.shop_id = %(shop)s AND p.title <> ''
AND v.version IS DISTINCT FROM md5(p.title || ' ' || p.category)
ORDER BY p.available DESC, p.updated_at DESC, p.id LIMIT %(most)s
"""
# Never sold, and read after the customer's list was written: what the list cannot know.
NEWCOMER = f"""
WITH had AS MATERIALIZED (
    SELECT v.vector::vector AS vector, p.id, p.title
    FROM (SELECT l.product_id, max(o.placed_at) AS at FROM customers_order o
        JOIN customers_orderline l ON l.order_id = o.id
        WHERE o.customer_id = %(customer)s AND o.kind = 'sale'
        GROUP BY l.product_id ORDER BY at DESC LIMIT {REMEMBERED}) b
    JOIN shops_product p ON p.id = b.product_id
    JOIN insights_productvector v ON v.product_id = p.id
), newcomers AS MATERIALIZED (
    SELECT n.vector::vector AS vector, p.* FROM insights_productvector n
    JOIN shops_product p ON p.id = n.product_id
    WHERE n.shop_id = %(shop)s AND {MAY_BE_OFFERED}
    AND NOT EXISTS (SELECT FROM insights_productrule r WHERE r.product_id = p.id
        AND r.kind IN ('hold_back', 'never_with', 'only_after') AND r.active)
    AND n.added_at > (SELECT computed_at FROM insights_recommendationlist
        WHERE shop_id = %(shop)s AND customer_id = %(customer)s AND kind = 'new')
    AND NOT EXISTS (SELECT FROM customers_orderline l WHERE l.product_id = n.product_id)
    ORDER BY n.added_at DESC, n.id DESC LIMIT {NEWCOMERS}
)
SELECT n.external_id, n.title, n.category, n.price_cents, h.title, 1 - (n.vector <=> h.vector)
FROM newcomers n CROSS JOIN had h
WHERE n.vector <=> h.vector < %(apart)s AND n.external_id <> ALL(%(without)s)
ORDER BY n.vector <=> h.vector, n.id, h.id LIMIT 1
"""


def read_all() -> None:
    """The texts of every shop's products that are new or were changed."""
    for shop in Shop.objects.order_by("pk"):
        read(shop)


def read(shop: Shop) -> int:
    """Read the texts that have no vector of this version yet; returns how many."""
    if not encoding.installed():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"shop": shop.pk, "most": MOST})
        due = cursor.fetchall()
    for start in range(0, len(due), AT_ONCE):
        _keep(shop, due[start : start + AT_ONCE])
    return len(due)


def _keep(shop: Shop, due: Sequence[tuple[int, str, str]]) -> None:
    found = meaning.vectors([text for _product, text, _version in due], is_query=False)
    ProductVector.objects.bulk_create(
        (
            ProductVector(shop=shop, product_id=product, version=version, vector=vector)
            for (product, _text, version), vector in zip(due, found, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["version", "vector"],
    )


def newcomer(shop: Shop, customer: Customer, without: Sequence[str]) -> tuple[Any, ...] | None:
    """The product nearest to what the customer bought that came since their list was written.

    Id, title, category, price, the title of what was bought, and how alike they are.
    """
    if not _is_compared():
        return None
    values: dict[str, Any] = {
        "shop": shop.pk,
        "customer": customer.pk,
        "without": list(without),
        "apart": 1 - LEAST_LIKENESS,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWCOMER, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


@cache
def _is_compared() -> bool:
    return meaning.compared_by_database()


def vectors(products: Sequence[int]) -> NDArray[np.float32]:
    """A row for each product; of zeros where its text was not read."""
    found = np.zeros((len(products), encoding.SIZE), np.float32)
    place = {product: row for row, product in enumerate(products)}
    kept = ProductVector.objects.filter(product__in=list(products))
    for product, vector in kept.values_list("product_id", "vector").iterator(AT_ONCE):
        found[place[product]] = vector
    return found
