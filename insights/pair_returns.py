"""How likely this customer sends back this product: both say their part in odds.

The customer's risk beside the shop's mean is how many times likelier than others they are to return
anything; the product's share that came back is what it is for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection

from insights.purchases import Catalogue, Matrix
from shops.models import Shop

MOST = 4.0  # nobody counts as likelier than so many times others, or less than a quarter
RISKS = """
SELECT customer_id, (scores->>'return_risk')::float FROM customers_profile
WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s) AND scores ? 'return_risk'
"""
MEAN = """
SELECT avg((scores->>'return_risk')::float) FROM customers_profile
WHERE shop_id = %(shop)s AND scores ? 'return_risk'
"""


@dataclass(frozen=True)
class PairReturns:
    """Odds of a return per product, and the mean risk of the customers (None: no model says)."""

    odds: Matrix
    mean_risk: float | None

    def chance(self, shop: Shop, customers: Sequence[int]) -> Matrix:
        """A row per customer, a column per product."""
        odds = self._times(shop, customers)[:, None] * self.odds
        return odds / (1 + odds)

    def _times(self, shop: Shop, customers: Sequence[int]) -> Matrix:
        if not self.mean_risk:
            return np.ones(len(customers), np.float32)
        with connection.cursor() as cursor:
            cursor.execute(RISKS, {"shop": shop.pk, "customers": list(customers)})
            known = dict(cursor.fetchall())
        risks = np.array([known.get(one, self.mean_risk) for one in customers])
        times = _odds(risks) / _odds(np.array(self.mean_risk))
        return np.clip(times, 1 / MOST, MOST).astype(np.float32)


def of(shop: Shop, catalogue: Catalogue) -> PairReturns:
    """What is known today."""
    returned = settings.PRODUCT_RISKS.get("returned", "0")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, coalesce(({returned})::float, 0) FROM shops_product p"
            " WHERE p.id = ANY(%s)",
            [catalogue.ids.tolist()],
        )
        shares = dict(cursor.fetchall())
        cursor.execute(MEAN, {"shop": shop.pk})
        (mean,) = cursor.fetchone()
    share = np.array([shares.get(int(pk), 0.0) for pk in catalogue.ids], np.float32)
    return PairReturns(_odds(share).astype(np.float32), mean)


def _odds(chance: Matrix) -> Matrix:
    kept = np.clip(chance, 0, 0.95)
    return kept / (1 - kept)
