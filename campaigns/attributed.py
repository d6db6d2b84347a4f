"""What orders a campaign's messages came before, shared out by several rules.

Attribution says who was there, not who caused it: it stands beside the holdout's answer, never in
its place.
"""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from campaigns.models import Campaign
from insights.attribution import Path, by_removal, by_rule

MEMORY, QUIET = timedelta(days=90), timedelta(days=30)
RULES = ("last_touch", "linear", "time_decay")

# A way is the messages of the 30 days before an order, by campaign; or those since a customer's
# last order, where none came in the 30 days after the last of them.
WAYS = """
WITH sent AS MATERIALIZED (
    SELECT customer_id, campaign_id, sent_at FROM campaigns_message
    WHERE campaign_id = ANY(%(campaigns)s) AND status = 'sent' AND sent_at > %(since)s
), ways AS (
    SELECT true AS bought,
        CASE WHEN o.currency = %(currency)s THEN o.total_cents ELSE 0 END AS cents,
        array_agg(s.campaign_id::text ORDER BY s.sent_at) AS kinds,
        array_agg(round(extract(epoch FROM o.placed_at - s.sent_at) / 86400)::int
            ORDER BY s.sent_at) AS days
    FROM sent s JOIN customers_order o ON o.customer_id = s.customer_id AND o.kind = 'sale'
        AND o.placed_at > s.sent_at AND o.placed_at <= s.sent_at + %(quiet)s
    GROUP BY o.id
    UNION ALL
    SELECT false, 0, array_agg(s.campaign_id::text ORDER BY s.sent_at),
        array_agg(0 ORDER BY s.sent_at)
    FROM sent s WHERE NOT EXISTS (SELECT FROM customers_order o
        WHERE o.customer_id = s.customer_id AND o.kind = 'sale' AND o.placed_at > s.sent_at)
    GROUP BY s.customer_id HAVING max(s.sent_at) < %(now)s - %(quiet)s
)
SELECT kinds, bought, count(*), sum(cents)::float, days FROM ways GROUP BY kinds, bought, days
"""


def of(campaign: Campaign) -> dict[str, float]:
    """By rule the cents of orders that are put down to the campaign, of the last 90 days."""
    paths, own = ways(campaign), str(campaign.pk)
    shares = {rule: by_rule(paths, rule).get(own, 0.0) for rule in RULES}
    return {**shares, "removal": by_removal(paths).get(own, 0.0)}


def ways(campaign: Campaign) -> list[Path]:
    """The ways of the shop's customers through its campaigns."""
    beside = Campaign.objects.filter(shop=campaign.shop_id, launched_at__isnull=False)
    known: dict[str, Any] = {
        "campaigns": list(beside.values_list("pk", flat=True)),
        "since": now() - MEMORY,
        "quiet": QUIET,
        "currency": campaign.shop.currency,
        "now": now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(WAYS, known)
        return [
            Path(tuple(kinds), bought, count, cents, tuple(map(float, days)))
            for kinds, bought, count, cents, days in cursor.fetchall()
        ]
