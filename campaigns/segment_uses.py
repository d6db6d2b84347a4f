"""Where campaigns use a segment, so that it is not deleted behind their back."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from campaigns import plan_check, program
from campaigns.models import Campaign
from segments import references
from shops.models import Shop


def of(shop: Shop, key: str) -> list[tuple[str, str]]:
    """The campaigns whose entry, rules or steps name the segment."""
    return [
        (_("campaign"), campaign.name)
        for campaign in Campaign.objects.filter(shop=shop)
        if key in set(_named(campaign.plan))
    ]


def _named(plan: dict[str, Any]) -> Iterator[str]:
    yield plan.get("entry", {}).get("segment", "")
    steps = list(program.walk(plan.get("steps", [])))
    yield from (step["add_to"] for _path, step in steps if "add_to" in step)
    for _path, rule in plan_check.rules_of(plan, steps):
        yield from (key for key, _where in references.named(rule))
