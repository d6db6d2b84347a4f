"""Some of a shop's customers: a segment, who came by a source, was written to, bought a product.

Each is a set of customers, read once for a map; where only the newest moves are looked at, who was
written to is looked up for each of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from segments.choices import Names
from segments.counted_words import listed
from segments.touchpoint_words import done
from shops.models import Product, Shop

SEGMENT = """SELECT m.customer_id FROM segments_membership m
    JOIN segments_segment g ON g.id = m.segment_id
    WHERE g.shop_id = %(shop)s AND g.key = %(segment)s AND m.left_at IS NULL"""
SOURCE = """SELECT p.customer_id FROM customers_profile p
    WHERE p.shop_id = %(shop)s AND p.first_source = %(source)s"""
FIRST = """SELECT p.customer_id FROM customers_profile p
    WHERE p.shop_id = %(shop)s AND p.first_touchpoint = %(first)s"""
PRODUCT = """SELECT b.customer_id FROM shops_product d
    JOIN customers_orderline l ON l.product_id = d.id JOIN customers_order b ON b.id = l.order_id
    WHERE d.shop_id = %(shop)s AND d.external_id = %(product)s AND b.kind = 'sale'"""
CHANNEL = """SELECT t.customer_id FROM customers_touchpoint t WHERE t.shop_id = %(shop)s
    AND t.kind = 'message.sent' AND t.data->>'channel' = %(channel)s"""
SETS = {
    "segment": SEGMENT, "source": SOURCE, "first": FIRST, "channel": CHANNEL, "product": PRODUCT,
}  # fmt: skip
CHOSEN = "AND {}.customer_id IN (SELECT customer_id FROM chosen)"
WRITTEN_TO = """AND EXISTS (SELECT FROM customers_touchpoint t WHERE t.customer_id = v.customer_id
    AND t.kind = 'message.sent' AND t.data->>'channel' = %(channel)s)"""


@dataclass(frozen=True)
class Whose:
    """Whose moves are counted; all that are given must hold, none means everybody's.

    `segment` is its key (who is in it today), `source` the first source, `first` the kind of the
    first touchpoint, `channel` one they were written to by, `product` the shop's id of something
    they bought.
    """

    segment: str = ""
    source: str = ""
    first: str = ""
    channel: str = ""
    product: str = ""

    @property
    def everybody(self) -> bool:
        return not self.params

    @property
    def chosen(self) -> str:
        """The beginning of a statement that reads them once; CHOSEN narrows a table to them."""
        sets = " INTERSECT ".join(SETS[name] for name in self.params)
        return f"WITH chosen AS MATERIALIZED ({sets})"

    @property
    def sql(self) -> str:
        """Conditions on `v.customer_id`, for a statement that looks at few."""
        return " ".join(
            WRITTEN_TO if name == "channel" else f"AND v.customer_id IN ({SETS[name]})"
            for name in self.params
        )

    @property
    def params(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}

    def said(self, shop: Shop) -> str:
        """In words, by the names that the shop knows."""
        words = {
            "segment": _("in the segment “%s”"),
            "source": _("who came by %s"),
            "first": _("who first %s"),
            "channel": _("who got messages by %s"),
            "product": _("who bought “%s”"),
        }
        names: dict[str, Callable[[str], str]] = {
            "segment": Names(shop).segment,
            "source": str,
            "first": done,
            "channel": partial(Names(shop).key, "consent.*"),
            "product": partial(_title, shop),
        }
        told = [words[key] % names[key](value) for key, value in self.params.items()]
        return listed(told) or _("everybody")


def _title(shop: Shop, product: str) -> str:
    rows = Product.objects.filter(shop=shop, external_id=product)
    return rows.values_list("title", flat=True).first() or product


EVERYBODY = Whose()
