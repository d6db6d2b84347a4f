"""The journey every shop begins with: where a customer stands with the shop."""

from django.utils.translation import gettext_lazy as _

from journeys import ready_made
from journeys.models import Journey
from journeys.ready_made import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    RED,
    TEAL,
    VIOLET,
    ReadyMade,
    ReadyStage,
    last_order,
    orders,
)  # fmt: skip
from shops.models import Shop

AT_RISK_DAYS, LOST_DAYS, BACK_DAYS, LOYAL_ORDERS = 90, 180, 60, 5
RECENT = last_order("less", AT_RISK_DAYS)
CAME_BACK = {"field": "facts.last_gap_days", "op": ">", "value": AT_RISK_DAYS}
SLIPPING = {"all": [last_order("more", AT_RISK_DAYS), last_order("less", LOST_DAYS)]}

LIFECYCLE = ReadyMade(
    "lifecycle",
    _("Customer lifecycle"),
    _("Where every customer stands with the shop, from the first visit to loyal or lost."),
    _("Orders."),
    (
        ReadyStage("prospect", _("Prospect"), GREY, 70, orders("=", 0), "", 60),
        ReadyStage("new", _("New"), BLUE, 40, {"all": [orders("=", 1), RECENT]}, "", 60),
        ReadyStage("active", _("Active"), GREEN, 30, {"all": [orders(">=", 2), RECENT]}),
        ReadyStage(
            "loyal", _("Loyal"), VIOLET, 20, {"all": [orders(">=", LOYAL_ORDERS), RECENT]}, "goal"
        ),
        ReadyStage("at_risk", _("At risk"), AMBER, 50, SLIPPING, "loss"),
        ReadyStage("lost", _("Lost"), RED, 60, last_order("more", LOST_DAYS), "loss"),
        ReadyStage(
            "won_back",
            _("Won back"),
            TEAL,
            10,
            {"all": [CAME_BACK, last_order("less", BACK_DAYS)]},
            "",
            BACK_DAYS,
        ),
    ),
)


def create(shop: Shop) -> Journey:
    """Give the shop the lifecycle journey if it has none. Safe to repeat."""
    return ready_made.create(shop, LIFECYCLE)
