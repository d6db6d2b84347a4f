"""What a campaign did, beside those it left alone."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from campaigns.models import Campaign

# Orders after the entry, by arm. Every enrolled customer counts, written to or not: leaving out
# those the gate refused would compare other people than the holdout.
ARMS = """
SELECT e.held_out, count(*), count(*) FILTER (WHERE bought.orders > 0),
    coalesce(sum(bought.orders), 0), coalesce(sum(bought.cents), 0)
FROM (SELECT customer_id, held_out, min(entered_at) AS entered_at FROM campaigns_enrolment
    WHERE campaign_id = %s GROUP BY customer_id, held_out) AS e
CROSS JOIN LATERAL (SELECT count(*) AS orders, sum(o.total_cents) AS cents FROM customers_order o
    WHERE o.customer_id = e.customer_id AND o.kind = 'sale' AND o.placed_at > e.entered_at
    ) AS bought
GROUP BY e.held_out
"""


@dataclass(frozen=True)
class Arm:
    """One side of the comparison."""

    customer_count: int = 0
    buyer_count: int = 0
    order_count: int = 0
    revenue_cents: int = 0

    @property
    def buyer_fraction(self) -> float | None:
        return self.buyer_count / self.customer_count if self.customer_count else None


@dataclass(frozen=True)
class Summary:
    """Messages by status, refusals by reason, and both arms."""

    messages: dict[str, int]
    refusals: dict[str, int]
    treated: Arm
    held_out: Arm

    @property
    def message_count(self) -> int:
        return sum(self.messages.values())


def summary(campaign: Campaign) -> Summary:
    """The campaign's figures so far."""
    counted = campaign.message_set.values("status", "reason").annotate(times=Count("id"))
    messages: dict[str, int] = {}
    refusals: dict[str, int] = {}
    for row in counted:
        messages[row["status"]] = messages.get(row["status"], 0) + row["times"]
        if row["status"] == "refused":
            refusals[row["reason"]] = row["times"]
    with connection.cursor() as cursor:
        cursor.execute(ARMS, [campaign.pk])
        arms = {held_out: Arm(*map(int, figures)) for held_out, *figures in cursor.fetchall()}
    return Summary(messages, refusals, arms.get(False, Arm()), arms.get(True, Arm()))
