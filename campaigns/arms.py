"""Whom a campaign wrote to and whom it held out: one row a customer, with what they bought in the
two weeks after they entered, less what was taken back.

Every enrolled customer counts, written to or not: leaving out those the gate refused would compare
other people than the holdout. Who was in both arms (two profiles merged, or the share was changed)
is in neither, and counted by themselves: their orders would speak for both sides.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from campaigns.models import Campaign

GOAL_DAYS = 14  # an order within two weeks of entering counts for the campaign

PEOPLE = """
people AS (
    SELECT customer_id, bool_or(held_out) AS held_out, min(entered_at) AS entered_at
    FROM campaigns_enrolment WHERE campaign_id = %(campaign)s GROUP BY customer_id
    HAVING bool_or(held_out) = bool_and(held_out)
)"""
BROUGHT = f"""
WITH {PEOPLE}, brought AS (
    SELECT p.*, b.orders, b.cents FROM people p CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE o.kind = 'sale') AS orders,
            coalesce(sum(o.total_cents) FILTER (WHERE o.currency = %(currency)s), 0) AS cents
        FROM customers_order o WHERE o.customer_id = p.customer_id
        AND o.kind IN ('sale', 'cancellation') AND o.placed_at > p.entered_at
        AND o.placed_at <= p.entered_at + %(window)s) AS b
)"""
FIGURES = """count(*), count(*) FILTER (WHERE orders > 0), coalesce(sum(orders), 0)::bigint,
    coalesce(sum(cents), 0)::bigint"""
ARMS = f"{BROUGHT} SELECT held_out, {FIGURES} FROM brought GROUP BY held_out"
BOTH = """
SELECT count(*) FROM (SELECT FROM campaigns_enrolment WHERE campaign_id = %(campaign)s
    GROUP BY customer_id HAVING bool_or(held_out) <> bool_and(held_out)) AS both_arms
"""


@dataclass(frozen=True)
class Arm:
    """A group of customers and what they brought."""

    customer_count: int = 0
    buyer_count: int = 0
    order_count: int = 0
    revenue_cents: int = 0

    @property
    def buyer_fraction(self) -> float | None:
        return self.buyer_count / self.customer_count if self.customer_count else None

    @property
    def cents_each(self) -> float | None:
        return self.revenue_cents / self.customer_count if self.customer_count else None


@dataclass(frozen=True)
class Arms:
    """Both sides of the comparison, and how many are on neither because they were on both."""

    treated: Arm
    held_out: Arm
    in_both: int


def known(campaign: Campaign) -> dict[str, Any]:
    """What the statements above must be told."""
    return {
        "campaign": campaign.pk,
        "currency": campaign.shop.currency,
        "window": timedelta(days=GOAL_DAYS),
    }


def of(campaign: Campaign) -> Arms:
    """The campaign's arms so far."""
    with connection.cursor() as cursor:
        cursor.execute(ARMS, known(campaign))
        found = {held_out: Arm(*figures) for held_out, *figures in cursor.fetchall()}
        cursor.execute(BOTH, known(campaign))
        (in_both,) = cursor.fetchone()
    return Arms(found.get(False, Arm()), found.get(True, Arm()), in_both)
