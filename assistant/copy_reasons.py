"""Why a product suits a persona, in words with a figure that was measured; nobody's in particular.

What the persona's buyers bought in a year is held against what all others bought. A product that
fewer than ten of them bought has no reason, and is in no guide.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from llm.aggregates import FEWEST_PEOPLE
from segments.counted_words import figure
from segments.models import Segment
from shops.models import Product

OFTEN = 1.5  # times as often as others: worth saying
# What sets them apart comes first: how many of them bought it, weighed by how many of all.
LIKED = """
WITH members AS MATERIALIZED (
    SELECT m.customer_id FROM segments_membership m
    JOIN customers_customer c ON c.id = m.customer_id AND c.merged_into_id IS NULL
    WHERE m.segment_id = %(segment)s AND m.left_at IS NULL
), buyers AS MATERIALIZED (
    SELECT DISTINCT l.product_id, o.customer_id, m.customer_id IS NOT NULL AS is_member
    FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    LEFT JOIN members m ON m.customer_id = o.customer_id
    WHERE o.shop_id = %(shop)s AND o.kind = 'sale' AND o.customer_id IS NOT NULL
    AND o.placed_at > now() - interval '365 days'
), everybody AS (
    SELECT count(DISTINCT customer_id) FILTER (WHERE is_member) AS members,
        count(DISTINCT customer_id) FILTER (WHERE NOT is_member) AS others FROM buyers
), counted AS (
    SELECT product_id, count(*) FILTER (WHERE is_member) AS members,
        count(*) FILTER (WHERE NOT is_member) AS others FROM buyers GROUP BY 1
)
SELECT p.id, c.members, e.members, c.others, e.others
FROM counted c JOIN shops_product p ON p.id = c.product_id CROSS JOIN everybody e
WHERE c.members >= %(least)s AND p.available AND p.title <> ''
AND (%(products)s::bigint[] IS NULL OR p.id = ANY(%(products)s))
ORDER BY c.members::float * c.members / (c.members + c.others) DESC, p.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Liked:
    """How many of a persona's buyers, and of all other buyers, bought a product within a year."""

    product: int
    bought: int
    of: int
    others_bought: int
    of_others: int

    @property
    def share(self) -> float:
        return self.bought / self.of

    @property
    def times(self) -> float:
        """How many times as often as others; 0 where too few others bought it to say."""
        if self.others_bought < FEWEST_PEOPLE:
            return 0.0
        return self.share / (self.others_bought / self.of_others)

    @property
    def said(self) -> str:
        """The reason as a customer of the persona reads it, in the active language."""
        if self.times >= OFTEN:
            return _("customers like you choose it %s times as often as others") % figure(
                round(self.times, 1)
            )
        return _("chosen by %s %% of customers like you within a year") % figure(
            round(100 * self.share, 1)
        )


def liked(persona: Segment, most: int, products: list[Product] | None = None) -> list[Liked]:
    """What sets the persona's buyers apart, of these products or of all that can be bought."""
    told = {
        "segment": persona.pk,
        "shop": persona.shop_id,
        "least": FEWEST_PEOPLE,
        "most": most,
        "products": [each.pk for each in products] if products else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(LIKED, told)
        return [Liked(*row) for row in cursor.fetchall()]
