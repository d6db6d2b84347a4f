"""A letter to a segment: a campaign of one step that lets everybody in once."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from campaigns import plan_check, program
from campaigns.models import Campaign, Template
from segments.models import Segment
from shops.models import Shop


@dataclass(frozen=True)
class Letter:
    """Which mail, to whom, when by the shop's clock (None: now); `once` tells repeats apart."""

    segment: Segment
    template: Template
    at: datetime | None
    once: str


def keep(shop: Shop, letter: Letter) -> Campaign:
    """The campaign of this letter, a draft; the one there is when asked twice. Raises PlanError."""
    plan = program.with_ids(
        {
            "entry": {"at": _wall(shop, letter.at), "zone": "shop"},
            "audience": {"segment": letter.segment.key},
            "reentry": "never",
            "steps": [{"send": letter.template.key}],
        },
        taken=set(),
    )
    plan_check.check(plan, shop)
    name = f"{letter.template.name} → {letter.segment.name}"[:100]
    campaign, _new = Campaign.objects.get_or_create(
        shop=shop, key=f"letter-{letter.once}", defaults={"name": name, "plan": plan}
    )
    return campaign


def _wall(shop: Shop, at: datetime | None) -> str:
    wall = at.replace(tzinfo=None) if at else now().astimezone(ZoneInfo(shop.timezone))
    return wall.strftime("%Y-%m-%dT%H:%M")
