"""Writes the stored lists: one row a customer and kind, and one for strangers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection
from psycopg.types.json import Jsonb

from insights import buying, choosing, pair_returns, product_knowledge, ranking, recommenders
from insights.choosing import LIST_LENGTH
from insights.purchases import Catalogue, Matrix, Purchases
from insights.recommendation_models import RecommendationList
from insights.recommenders.blend import Blend
from insights.recommenders.knowledge import PREFER
from shops.models import Shop

AT_ONCE = 2_000  # customers

WRITE = """
INSERT INTO insights_recommendationlist AS l (shop_id, customer_id, kind, items, computed_at)
SELECT %s, t.customer_id, t.kind, t.items, now()
FROM unnest(%s::bigint[], %s::text[], %s::jsonb[]) AS t (customer_id, kind, items)
WHERE t.customer_id IS NULL OR EXISTS (SELECT FROM customers_customer c WHERE c.id = t.customer_id)
ORDER BY t.customer_id, t.kind
ON CONFLICT (shop_id, customer_id, kind)
    DO UPDATE SET items = excluded.items, computed_at = excluded.computed_at
"""
BUYERS = """
SELECT DISTINCT customer_id FROM customers_order
WHERE shop_id = %(shop)s AND kind = 'sale' AND customer_id IS NOT NULL ORDER BY customer_id
"""
# Found by the index on the last order; a profile is refreshed after every change.
CHANGED = """
SELECT p.customer_id FROM customers_profile p
LEFT JOIN insights_recommendationlist l
    ON l.shop_id = p.shop_id AND l.customer_id = p.customer_id AND l.kind = 'all'
WHERE p.shop_id = %(shop)s AND p.last_order_at > now() - interval '3 days'
AND (l.computed_at IS NULL OR l.computed_at < p.refreshed_at) ORDER BY p.customer_id LIMIT 20000
"""


def write_all(shop: Shop, blend: Blend, catalogue: Catalogue, penalty: Matrix) -> None:
    """The lists of every buyer."""
    write(shop, blend, catalogue, penalty, _ids(BUYERS, shop))


def changed(shop: Shop) -> list[int]:
    """Customers who bought since their lists were written; at most 20,000 at a time."""
    return _ids(CHANGED, shop)


def forget(shop: Shop) -> None:
    """Drop the customers' lists: what sells is all there is."""
    RecommendationList.objects.filter(shop=shop, customer__isnull=False).delete()


def write_strangers(shop: Shop, history: Purchases, penalty: Matrix) -> None:
    """What sells, for customers of whom nothing is known."""
    sells = history.decayed(30.0).sum(axis=0) if len(history) else np.zeros((1, history.shape[1]))
    back = pair_returns.of(shop, history.catalogue).chance(shop, [0])
    scores = np.log(np.asarray(sells, np.float32) + 0.01) - penalty
    scores -= product_knowledge.taken_off(back)
    for rule in history.catalogue.rules:
        column = history.catalogue.column_of.get(rule.product)
        if column is not None and rule.kind in {"only_after", "hold_back"}:
            scores[0, column] = -np.inf
        elif column is not None and rule.kind == "prefer":
            scores[0, column] += PREFER
    columns = ranking.best(scores, LIST_LENGTH)[0] if scores.shape[1] else []
    items = [
        {"product": int(history.catalogue.ids[c]), "score": round(float(scores[0, c]), 3),
         "why": "popular", "returns": round(float(back[0, c]), 3)}
        for c in columns if scores[0, c] > -np.inf
    ]  # fmt: skip
    _write(shop, [None], ["all"], [items])


def write(
    shop: Shop, blend: Blend, catalogue: Catalogue, penalty: Matrix, customers: list[int]
) -> None:
    """The lists of these customers, written anew."""
    returns = pair_returns.of(shop, catalogue)
    for chunk in _chunks(customers):
        bought = buying.purchases(shop, catalogue, customers=chunk)
        for rows in recommenders.blocks(np.arange(bought.shape[0]), len(catalogue)):
            some = bought.of_customers(rows)
            chance = returns.chance(shop, some.customers.tolist())
            taken = penalty + product_knowledge.taken_off(chance)
            found = choosing.choose(blend, some, taken, chance)
            _write(shop, found.customers, found.kinds, found.items)


def _chunks(customers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(customers), AT_ONCE):
        yield customers[start : start + AT_ONCE]


def _write(shop: Shop, customers: Any, kinds: list[str], items: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [shop.pk, list(customers), kinds, [Jsonb(each) for each in items]])


def _ids(statement: str, shop: Shop) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"shop": shop.pk})
        return [pk for (pk,) in cursor.fetchall()]
