"""What is known of products beyond purchases: the marketer's rules, returns and bad reviews."""

import numpy as np
from django.conf import settings
from django.db import connection

from insights import assortment
from insights.purchases import Catalogue, Matrix, Rule
from insights.recommendation_models import ProductRule
from shops.models import Product, Shop


def rules(shop: Shop) -> tuple[Rule, ...]:
    """The marketer's active rules; a category, stock or margin stands for the products it fits."""
    found = ProductRule.objects.filter(shop=shop, active=True)
    members: dict[str, list[int]] = {}
    named = {rule.first_category for rule in found} - {""}
    for pk, category in Product.objects.filter(shop=shop, category__in=named).values_list(
        "pk", "category"
    ):
        members.setdefault(category, []).append(pk)
    said = [
        Rule(
            rule.kind,
            rule.product_id,
            (rule.first_id,) if rule.first_id else tuple(members.get(rule.first_category, ())),
        )
        for rule in found.order_by("pk")
    ]
    return (*said, *assortment.rules(shop))


def penalty(catalogue: Catalogue) -> Matrix:
    """What bad reviews and the like take off each product's logarithm of the odds.

    Returns stand apart: how much they count depends on the customer, see `pair_returns`.
    """
    risks = [sql for name, sql in settings.PRODUCT_RISKS.items() if name != "returned"]
    parts = " + ".join(f"coalesce(({sql})::float, 0)" for sql in risks)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {parts or '0'} FROM shops_product p WHERE p.id = ANY(%s)",
            [catalogue.ids.tolist()],
        )
        risk = dict(cursor.fetchall())
    share = np.array([risk.get(int(pk), 0.0) for pk in catalogue.ids], np.float32)
    return taken_off(share)


def taken_off(risk: Matrix) -> Matrix:
    """What a risk takes off the logarithm of the odds."""
    return -2 * np.log1p(-np.minimum(risk, 0.95))
