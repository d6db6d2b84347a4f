"""Values and attributes that customers have, so that rules can be put together by choosing.

Read from a sample of the shop's customers: a rare value may be missing and is typed in instead.
"""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from shops.models import Product, Shop

SAMPLE, MOST = 5_000, 200
VALUES = """
SELECT value FROM (
    SELECT {value} AS value FROM customers_customer c
    LEFT JOIN customers_profile p ON p.customer_id = c.id
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL
    ORDER BY c.id DESC LIMIT %(sample)s) AS sampled
WHERE value <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %(most)s
"""
ATTRIBUTES = """
SELECT key FROM (SELECT attributes FROM customers_customer WHERE shop_id = %(shop)s
    ORDER BY id DESC LIMIT %(sample)s) AS sampled, jsonb_object_keys(attributes) AS key
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %(most)s
"""


def countries(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _found(VALUES.format(value="c.country"), shop)


def languages(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _found(VALUES.format(value="c.language"), shop)


def devices(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _found(VALUES.format(value="p.main_device"), shop)


def sources(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _found(VALUES.format(value="p.last_source"), shop)


def attributes(shop: Shop, key: str) -> list[tuple[str, str]]:
    """What the shop tells about its customers: loyalty tier, birthday, …"""
    return [(name, name.replace("_", " ")) for name, _label in _found(ATTRIBUTES, shop)]


def categories(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _of_products(shop, "category")


def brands(shop: Shop, key: str) -> list[tuple[str, str]]:
    return _of_products(shop, "brand")


def price_bands(shop: Shop, key: str) -> list[tuple[str, str]]:
    return [("low", _("low")), ("middle", _("middle")), ("high", _("high"))]


def day_parts(shop: Shop, key: str) -> list[tuple[str, str]]:
    return [
        ("night", _("night")),
        ("morning", _("morning")),
        ("afternoon", _("afternoon")),
        ("evening", _("evening")),
    ]


def _of_products(shop: Shop, field: str) -> list[tuple[str, str]]:
    named = Product.objects.filter(shop=shop).exclude(**{field: ""})
    found = named.order_by(field).values_list(field, flat=True).distinct()[:MOST]
    return [(name, name) for name in found]


def _found(sql: str, shop: Shop) -> list[tuple[str, str]]:
    known: dict[str, Any] = {"shop": shop.pk, "sample": SAMPLE, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(sql, known)
        return [(value, value) for (value,) in cursor.fetchall()]
