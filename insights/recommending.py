"""What to recommend to a customer now: the stored list, less what no longer fits.

And one that the list cannot know yet: what came since, if it is like something they bought.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from insights import product_texts
from insights.assortment import MAY_BE_OFFERED
from insights.choosing import KINDS
from shops.models import Shop

MOST = 50
NEWCOMER_PLACE = 9  # of the first ten one may be so new that the list does not know it
WORDS = {
    "because": gettext_lazy("because you bought %(title)s"),
    "like": gettext_lazy("like %(title)s, which you bought"),
    "goes_with": gettext_lazy("goes with %(title)s"),
    "again": gettext_lazy("you buy this about every %(days)s days"),
    "had": gettext_lazy("you bought this before"),
    "popular": gettext_lazy("others buy this now"),
}
# A customer's own list first, then, but for repeats, the one for strangers. What was sold out,
# bought or held back since the list was computed is left out here, at the moment of reading.
READ = f"""
WITH had AS MATERIALIZED (
    SELECT p.id, nullif(p.category, '') AS category FROM shops_product p
    WHERE p.shop_id = %(shop)s AND (p.external_id = ANY(%(without)s) OR p.id IN (
        SELECT l.product_id FROM customers_order s JOIN customers_orderline l ON l.order_id = s.id
        WHERE s.customer_id = %(customer)s AND s.kind = 'sale'))
), lists AS (
    SELECT items, customer_id IS NULL AS stranger FROM insights_recommendationlist
    WHERE shop_id = %(shop)s AND kind = %(kind)s AND customer_id = %(customer)s
    UNION ALL
    SELECT items, true FROM insights_recommendationlist
    WHERE shop_id = %(shop)s AND kind = 'all' AND customer_id IS NULL AND %(kind)s <> 'again'
), offered AS (
    SELECT DISTINCT ON ((item->>'product')::bigint) (item->>'product')::bigint AS product_id,
        stranger, place, item
    FROM lists, jsonb_array_elements(items) WITH ORDINALITY AS each (item, place)
    ORDER BY (item->>'product')::bigint, stranger, place
)
SELECT p.external_id, p.title, p.category, p.price_cents, o.item->>'why', of.title,
    o.item->>'days', coalesce((o.item->>'score')::float, 0), (o.item->>'returns')::float
FROM offered o JOIN shops_product p ON p.id = o.product_id AND p.shop_id = %(shop)s
LEFT JOIN shops_product of ON of.id = (o.item->>'of')::bigint
WHERE {MAY_BE_OFFERED} AND p.external_id <> ALL(%(without)s)
AND NOT EXISTS (SELECT FROM insights_productrule r WHERE r.product_id = p.id
    AND r.kind = 'hold_back' AND r.active)
AND NOT EXISTS (SELECT FROM insights_productrule r JOIN had f
    ON f.id = r.first_id OR f.category = r.first_category
    WHERE r.product_id = p.id AND r.kind = 'never_with' AND r.active)
AND NOT (%(kind)s = 'new' AND p.id IN (SELECT id FROM had))
ORDER BY o.stranger, o.place LIMIT %(count)s
"""


class UnknownKind(ValueError):
    """There is no such kind of recommendation."""


@dataclass(frozen=True)
class Recommendation:
    """A product of the shop, and why it is recommended, in the active language."""

    product: str
    title: str
    category: str
    price_cents: int | None
    reason: str
    score: float
    return_risk: float | None  # of this customer and this product; None in lists of older versions


def recommend(
    shop: Shop,
    customer: Customer | None,
    *,
    kind: str = "all",
    count: int = 10,
    without: Sequence[str] = (),
) -> list[Recommendation]:
    """Up to `count` (at most 50) products for a customer; for None, those for strangers.

    `kind` is "new" (never had), "again" (had before) or "all". `without` names products by the
    shop's ids that must not appear: those in the basket or on the page. Raises UnknownKind.
    """
    if kind not in KINDS:
        raise UnknownKind(f"There is no kind {kind!r}; there are {', '.join(KINDS)}.")
    values = {
        "shop": shop.pk,
        "customer": customer.pk if customer else None,
        "kind": kind,
        "count": max(0, min(count, MOST)),
        "without": list(without),
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        rows = cursor.fetchall()
    found = [
        Recommendation(product, title, category, price, in_words(why, of, days), score, returns)
        for product, title, category, price, why, of, days, score, returns in rows
    ]
    if customer and kind != "again" and count > NEWCOMER_PLACE:
        _let_in_newcomer(found, shop, customer, without)
    return found[:count]


def _let_in_newcomer(
    found: list[Recommendation], shop: Shop, customer: Customer, without: Sequence[str]
) -> None:
    already = [each.product for each in found[:NEWCOMER_PLACE]]
    newcomer = product_texts.newcomer(shop, customer, [*without, *already])
    if newcomer:
        product, title, category, price, of, likeness = newcomer
        found[:] = [each for each in found if each.product != product]
        reason = in_words("like", of, None)
        place = Recommendation(product, title, category, price, reason, likeness, None)
        found.insert(NEWCOMER_PLACE, place)


def in_words(why: str | None, of: str | None, days: str | None) -> str:
    """The reason as a sentence in the active language."""
    words = WORDS.get(why or "", WORDS["popular"])
    return str(words) % {"title": of or _("something alike"), "days": days}
