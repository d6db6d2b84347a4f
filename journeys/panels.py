"""What this room shows on the overview and on the customer page."""

from typing import Any

from django.utils.translation import gettext as _

from customers.models import Customer
from journeys import report
from journeys.journey_map import Page
from journeys.map_query import Query
from journeys.models import Journey, StageVisit
from segments import rules
from segments.choices import Names
from shops.models import Shop
from shops.panels import Panel


def stages(shop: Shop) -> Panel:
    """How many customers are at each stage of the shop's first journey, and where most are lost."""
    journey = Journey.objects.filter(shop=shop, active=True).order_by("pk").first()
    counts = report.stage_counts(journey) if journey else []
    chart = {
        "kind": "bar",
        "labels": [count.stage.name for count in counts],
        "colours": [count.stage.colour for count in counts],
        "series": [{"name": _("Customers"), "values": [c.customer_count for c in counts]}],
    }
    measured = Page(journey, Query()).measured if journey else None
    context = {"chart": chart, "id": "stages", "measured": measured, "journey": journey}
    return Panel(_("Customers by stage"), "panels/journey.html", context, width=4)


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
