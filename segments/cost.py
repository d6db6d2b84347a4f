"""What a rule would cost, asked of the planner before anything runs."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from segments.compiler import Compiled
from shops.models import Shop

# In the planner's units: reading a page in order is 1. A scan of a million profiles costs about
# 100,000, counting one deed over twenty million touchpoints about 700,000.
HEAVY, REFUSED = 5_000_000, 500_000_000

SELECT = """
SELECT c.id FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id {joins}
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND {condition}
"""


@dataclass(frozen=True)
class Cost:
    """The planner's estimate; `customers` is how many it expects to find."""

    total: float
    customers: int

    @property
    def heavy(self) -> bool:
        """Too much to be done while somebody waits: left to the daily refresh."""
        return self.total > HEAVY

    @property
    def fault(self) -> str:
        """Why the rule is refused; "" when it is not."""
        if self.total <= REFUSED:
            return ""
        return _(
            "This rule would keep the database busy for hours. Narrow it down: shorter periods, "
            "fewer things done, fewer steps that follow each other."
        )


def estimate(shop: Shop, compiled: Compiled) -> Cost:
    """The cost of finding everybody whom a rule, compiled wide, fits. Runs nothing."""
    select = SELECT.format(joins=compiled.joins, condition=compiled.sql)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {select}", {**compiled.params, "shop": shop.pk})
        plan = cursor.fetchone()[0][0]["Plan"]
    return Cost(plan["Total Cost"], plan["Plan Rows"])
