"""What people did with a campaign's mails, machines kept apart."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from campaigns.models import Campaign, Signal

SHOWN = 20
# People are counted, not clicks: one who follows a link on three days is one.
BY_LINK = """
SELECT k.targets ->> (s.number - 1), count(DISTINCT s.message_id) FILTER (WHERE NOT s.machine),
    count(DISTINCT s.message_id) FILTER (WHERE s.machine)
FROM campaigns_signal s JOIN campaigns_templatelinks k ON k.id = s.links_id
WHERE s.campaign_id = %s AND s.kind = 'clicked' AND s.read_on IS NOT NULL
GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT %s
"""


@dataclass(frozen=True)
class Link:
    """One link of the campaign's mails: how many people followed it, and how many scanners."""

    target: str
    people: int
    machines: int


@dataclass(frozen=True)
class Responses:
    """Messages that arrived at a carrier, and what people did with them."""

    sent: int
    opened: int
    clicked: int
    machine_opened: int
    machine_clicked: int
    links: list[Link]

    @property
    def opened_fraction(self) -> float | None:
        return self.opened / self.sent if self.sent else None

    @property
    def clicked_fraction(self) -> float | None:
        return self.clicked / self.sent if self.sent else None


def of(campaign: Campaign) -> Responses:
    """The campaign's responses so far."""
    counted = campaign.message_set.filter(status="sent").aggregate(
        sent=Count("pk"),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
        clicked=Count("pk", filter=Q(clicked_at__isnull=False)),
    )
    machines = dict(
        Signal.objects.filter(campaign=campaign, machine=True, read_on__isnull=False)
        .values_list("kind")
        .annotate(Count("message", distinct=True))
    )
    with connection.cursor() as cursor:
        cursor.execute(BY_LINK, [campaign.pk, SHOWN])
        links = [Link(*row) for row in cursor.fetchall()]
    return Responses(
        **counted,
        machine_opened=machines.get("opened", 0),
        machine_clicked=machines.get("clicked", 0),
        links=links,
    )
