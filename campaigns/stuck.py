"""What waits for what, and for how long: so that nothing stands still unseen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns.carrier_models import MailCarrier
from campaigns.models import Campaign, Message
from shops.models import Shop

PATIENCE = timedelta(minutes=5)
MOST = 10_000

OVERDUE_STEPS = """
SELECT g.id, count(*), min(e.due_at) FROM campaigns_campaign g
CROSS JOIN LATERAL (SELECT due_at FROM campaigns_enrolment e
    WHERE e.campaign_id = g.id AND e.due_at < %(late)s LIMIT %(most)s) AS e
WHERE g.shop_id = %(shop)s AND g.status IN ('running', 'paused') GROUP BY g.id
"""
OVERDUE_MESSAGES = """
SELECT g.id, count(*), min(m.due_at) FROM campaigns_campaign g
CROSS JOIN LATERAL (SELECT due_at FROM campaigns_message m WHERE m.campaign_id = g.id
    AND m.status = 'planned' AND m.due_at < %(late)s LIMIT %(most)s) AS m
WHERE g.shop_id = %(shop)s AND g.status IN ('running', 'paused') GROUP BY g.id
"""


@dataclass(frozen=True)
class Wait:
    """So many rows of a campaign have waited since then, for this."""

    campaign: Campaign
    what: str
    count: int
    since: datetime | None
    reason: str


def waits(shop: Shop) -> list[Wait]:
    """Everything of the shop's campaigns that should have gone on by now, the longest first."""
    campaigns = {campaign.pk: campaign for campaign in Campaign.objects.filter(shop=shop)}
    known: dict[str, Any] = {"shop": shop.pk, "late": now() - PATIENCE, "most": MOST}
    carrier = MailCarrier.objects.filter(shop=shop, refused_at__isnull=False).first()
    stopped = carrier.refused_reason if carrier else ""
    found = []
    with connection.cursor() as cursor:
        for what, statement in (
            (_("steps"), OVERDUE_STEPS),
            (_("messages"), OVERDUE_MESSAGES),
        ):
            cursor.execute(statement, known)
            for pk, count, since in cursor.fetchall():
                campaign = campaigns[pk]
                found.append(Wait(campaign, what, count, since, _reason(campaign, stopped)))
    found += _uncertain(shop, campaigns)
    return sorted(found, key=lambda wait: wait.since or now())


def _reason(campaign: Campaign, stopped: str) -> str:
    if campaign.status == "paused":
        return _("The campaign is paused. Resume it, or cancel it.")
    if campaign.fault:
        return _("The plan cannot run: %s") % campaign.fault
    if stopped:
        return _("The mail service does not take mails: %s") % stopped
    return _("No worker has taken them. Is one running, and beat? See manage.py doctor.")


def _uncertain(shop: Shop, campaigns: dict[int, Campaign]) -> list[Wait]:
    rows = Message.objects.filter(shop=shop, status="uncertain", claimed_at__isnull=False)
    by_campaign: dict[int, list[Any]] = {}
    for campaign, claimed_at in rows.values_list("campaign", "claimed_at")[:MOST]:
        by_campaign.setdefault(campaign, []).append(claimed_at)
    words = _("Handed over, and never heard of again. Ask the carrier; nobody sends them again.")
    return [
        Wait(campaigns[pk], _("uncertain messages"), len(times), min(times), words)
        for pk, times in by_campaign.items()
    ]
