"""Rules of the marketer about stock and margin: which products they hold for, now."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from insights.purchases import Rule
from shops.models import Shop

KINDS = {
    "low_stock": _("hold back what has fewer pieces in stock than"),
    "high_stock": _("prefer what has in stock at least so many pieces:"),
    "low_margin": _("hold back what leaves less margin, in percent of its price, than"),
    "high_margin": _("prefer what leaves at least so much margin, in percent of its price:"),
}
AS_PRODUCT_RULE = {
    "low_stock": "hold_back",
    "high_stock": "prefer",
    "low_margin": "hold_back",
    "high_margin": "prefer",
}
MARGIN = "100.0 * (p.price_cents - p.cost_cents) / nullif(p.price_cents, 0)"
# Over p (shops_product) and a (insights_assortmentrule). What the shop did not tell is unknown: no
# rule holds for it.
OF_CATEGORY = "a.active AND a.shop_id = p.shop_id AND (a.category = '' OR a.category = p.category)"
FORBIDS = f"""({OF_CATEGORY} AND (
    (a.kind = 'low_stock' AND p.stock_count < a.bound)
    OR (a.kind = 'low_margin' AND {MARGIN} < a.bound)))"""
PREFERS = f"""({OF_CATEGORY} AND (
    (a.kind = 'high_stock' AND p.stock_count >= a.bound)
    OR (a.kind = 'high_margin' AND {MARGIN} >= a.bound)))"""
# What is sold out, or a rule holds back, is not offered: asked at the moment of offering.
MAY_BE_OFFERED = f"""(p.available AND coalesce(p.stock_count > 0, true)
    AND NOT EXISTS (SELECT FROM insights_assortmentrule a WHERE {FORBIDS}))"""
FITS = f"""
SELECT count(*) FROM insights_assortmentrule a JOIN shops_product p ON p.shop_id = a.shop_id
WHERE a.id = %s AND ({FORBIDS} OR {PREFERS})
"""
HOLD_FOR = f"""
SELECT DISTINCT a.kind, p.id FROM insights_assortmentrule a
JOIN shops_product p ON p.shop_id = a.shop_id
WHERE a.shop_id = %s AND ({FORBIDS} OR {PREFERS}) ORDER BY a.kind, p.id
"""


def count(rule: int) -> int:
    """For how many products it holds now; none while it is not active."""
    with connection.cursor() as cursor:
        cursor.execute(FITS, [rule])
        return int(cursor.fetchone()[0])


def rules(shop: Shop) -> tuple[Rule, ...]:
    """A rule for each product that one of the shop's holds for today."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_FOR, [shop.pk])
        return tuple(Rule(AS_PRODUCT_RULE[kind], product) for kind, product in cursor.fetchall())
