"""What this room shows on the overview and on the customer page."""

from typing import Any

from django.utils.translation import gettext as _

from customers.models import Customer
from journeys.models import Journey, StageVisit
from journeys.small_map import SmallMap
from segments import rules
from segments.choices import Names
from shops.models import Shop
from shops.panels import Panel


def stages(shop: Shop) -> Panel:
    """The shop's first journey in small: where customers stand, where most go and are lost."""
    journey = Journey.objects.filter(shop=shop, active=True).order_by("pk").first()
    context = {"map": SmallMap.of(journey) if journey else None}
    return Panel(_("Journey"), "panels/journey.html", context, width=4)


def _rule(visit: StageVisit) -> dict[str, Any]:
    """The rule that put somebody here; of a past that was worked out, the stage's of today."""
    rule: dict[str, Any] = visit.why.get("rule") or visit.stage.rule
    return rule


def visits(customer: Customer) -> Panel:
    """The stages the customer went through, newest first, with the rule that put them there."""
    rows = (
        StageVisit.objects.filter(customer=customer)
        .select_related("stage", "journey")
        .order_by("-entered_at")[:20]
    )
    names = Names(customer.shop)
    shown = [(visit, rules.describe(_rule(visit), names=names)) for visit in rows]
    return Panel(_("Journey"), "panels/visits.html", {"visits": shown}, width=4)
