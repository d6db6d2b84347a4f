"""Customers enter running campaigns: one statement a campaign, once per cause."""

from django.db import connection
from django.db.models import QuerySet

from campaigns import holdout, plan_schema
from campaigns.models import Campaign
from segments import rules
from shops.announcing import announce
from shops.models import Shop

STAGE_CAUSES = """
SELECT v.customer_id, 'visit:' || v.id AS entry_key FROM journeys_stagevisit v
JOIN journeys_stage s ON s.id = v.stage_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.shop_id = %(shop)s AND j.key = %(journey)s AND s.key = %(stage)s AND v.left_at IS NULL
"""
SEGMENT_CAUSES = """
SELECT m.customer_id, 'membership:' || m.id AS entry_key FROM segments_membership m
JOIN segments_segment s ON s.id = m.segment_id
WHERE s.shop_id = %(shop)s AND s.key = %(segment)s AND m.left_at IS NULL
"""
# Held-out customers get a row and nothing due: they are the comparison that proves the campaign.
ENROL = f"""
INSERT INTO campaigns_enrolment (shop_id, campaign_id, customer_id, entry_key, held_out, entered_at,
    step, due_at, outcome)
SELECT %(shop)s, %(campaign)s, chosen.id, chosen.entry_key, chosen.held_out, now(), 0,
    CASE WHEN chosen.held_out THEN NULL ELSE now() END,
    CASE WHEN chosen.held_out THEN 'held out' ELSE '' END
FROM (
    SELECT c.id, cause.entry_key,
        {holdout.SQL.format(campaign="%(campaign)s", customer="c.id", percent="%(percent)s")}
            AS held_out
    FROM ({{causes}}) AS cause JOIN customers_customer c ON c.id = cause.customer_id
    LEFT JOIN customers_profile p ON p.customer_id = c.id
    WHERE c.shop_id = %(shop)s {{only}} AND {{audience}}
) AS chosen
ORDER BY chosen.id
ON CONFLICT DO NOTHING
"""


def enrol(shop: Shop, customers: list[int] | None = None) -> int:
    """Enrol those of these customers (None: of all) who have a cause to enter a running campaign.

    Returns how many entered. The same cause enters once. A plan that can no longer run says so in
    the campaign's fault and enrols nobody.
    """
    campaigns = Campaign.objects.filter(shop=shop, status="running").order_by("pk")
    return enrol_in(campaigns, customers)


def enrol_all() -> int:
    """Enrol in every running campaign whoever has a cause by now; returns how many entered.

    For causes that the clock alone brings, such as a stage reached by doing nothing.
    """
    return enrol_in(Campaign.objects.filter(status="running").order_by("pk"))


def enrol_in(campaigns: QuerySet[Campaign], customers: list[int] | None = None) -> int:
    """As `enrol`, for these campaigns."""
    entered = 0
    for campaign in campaigns.select_related("shop"):
        if plan_schema.mark_fault(campaign):
            entered += _enrol(campaign, customers)
    if entered:
        announce("enrolment")
    return entered


def _enrol(campaign: Campaign, customers: list[int] | None) -> int:
    entry, audience = campaign.plan["entry"], campaign.plan.get("audience")
    compiled = rules.compile(audience) if audience else rules.Compiled("true", {})
    statement = ENROL.format(
        causes=SEGMENT_CAUSES if "segment" in entry else STAGE_CAUSES,
        only="" if customers is None else "AND c.id = ANY(%(customers)s)",
        audience=compiled.sql,
    )
    params = {
        **compiled.params,
        "shop": campaign.shop_id,
        "campaign": campaign.pk,
        "percent": campaign.holdout_percent,
        "customers": customers,
        "segment": entry.get("segment"),
        "journey": plan_schema.journey_key(entry),
        "stage": entry.get("stage"),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
