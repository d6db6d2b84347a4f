"""When a shop writes: sent, planned, and what will begin, day by day of a month."""

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.db import connection
from django.utils.timezone import now

from campaigns.models import Campaign
from customers import zones
from shops.models import Shop

SENT = """
SELECT (m.sent_at AT TIME ZONE %(zone)s)::date, m.campaign_id, count(*) FROM campaigns_message m
WHERE m.campaign_id = ANY(%(campaigns)s) AND m.status = 'sent'
AND m.sent_at >= %(first)s AND m.sent_at < %(after)s GROUP BY 1, 2
"""
# Messages that wait for their time, and people whose next step comes then.
AHEAD = """
SELECT (greatest(due_at, now()) AT TIME ZONE %(zone)s)::date, campaign_id, count(*) FROM (
    SELECT due_at, campaign_id FROM campaigns_message
    WHERE campaign_id = ANY(%(campaigns)s) AND status = 'planned'
    UNION ALL SELECT due_at, campaign_id FROM campaigns_enrolment
    WHERE campaign_id = ANY(%(campaigns)s) AND due_at >= %(first)s AND due_at < %(after)s
) AS waiting
WHERE due_at < %(after)s GROUP BY 1, 2
"""
MOST_FIRES = 40


@dataclass
class Day:
    """A day of the month, and what each campaign does on it."""

    on: date
    is_of_month: bool
    is_today: bool
    sent: dict[Campaign, int] = field(default_factory=dict)
    ahead: dict[Campaign, int] = field(default_factory=dict)
    begins: list[Campaign] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.sent.values()) + sum(self.ahead.values())


def month(shop: Shop, year: int, number: int) -> list[list[Day]]:
    """The weeks of a month, Monday first, by the shop's clock."""
    zone = ZoneInfo(zones.of_shop(shop))
    campaigns = {each.pk: each for each in Campaign.objects.filter(shop=shop).order_by("name")}
    weeks = calendar.Calendar().monthdatescalendar(year, number)
    first, last = weeks[0][0], weeks[-1][-1]
    today = now().astimezone(zone).date()
    days = {on: Day(on, on.month == number, on == today) for week in weeks for on in week}
    known: dict[str, Any] = {
        "campaigns": list(campaigns),
        "zone": zone.key,
        "first": datetime.combine(first, datetime.min.time(), zone),
        "after": datetime.combine(last + timedelta(days=1), datetime.min.time(), zone),
    }
    with connection.cursor() as cursor:
        for statement, place in ((SENT, "sent"), (AHEAD, "ahead")):
            cursor.execute(statement, known)
            for on, campaign, count in cursor.fetchall():
                if on in days:
                    getattr(days[on], place)[campaigns[campaign]] = count
    for on, beginning in _begins(list(campaigns.values()), known["first"], known["after"]).items():
        if on in days:
            days[on].begins = beginning
    return [[days[on] for on in week] for week in weeks]


def _begins(
    campaigns: list[Campaign], first: datetime, after: datetime
) -> dict[date, list[Campaign]]:
    """Launches that are scheduled, and times at which running or scheduled campaigns let in."""
    found: dict[date, list[Campaign]] = defaultdict(list)
    for campaign in campaigns:
        moments = set()
        if campaign.status == "scheduled" and campaign.launch_at:
            moments.add(campaign.launch_at.astimezone(first.tzinfo).date())
        if campaign.status in {"running", "scheduled"}:
            moments |= {moment.date() for moment in _fires(campaign, first, after)}
        for on in moments:
            if first.date() <= on < after.date():
                found[on].append(campaign)
    return found


def _fires(campaign: Campaign, first: datetime, after: datetime) -> list[datetime]:
    entry = campaign.plan["entry"]
    start, end = (moment.replace(tzinfo=None) for moment in (first, after))
    if "at" in entry:
        return [datetime.fromisoformat(entry["at"])]
    if "cron" not in entry:
        return []
    fires: list[datetime] = []
    ahead = max(start, now().astimezone(first.tzinfo or UTC).replace(tzinfo=None))
    for moment in CronSim(entry["cron"], ahead - timedelta(minutes=1)):
        if moment >= end or len(fires) == MOST_FIRES:
            break
        fires.append(moment)
    return fires
