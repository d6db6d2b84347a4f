"""The journey every shop begins with, as rules that a marketer can edit."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from journeys.models import Journey, Stage
from shops.models import Shop

AT_RISK_DAYS, LOST_DAYS, BACK_DAYS, LOYAL_ORDERS = 90, 180, 60, 5


def _orders(op: str, value: int) -> dict[str, Any]:
    return {"field": "facts.order_count", "op": op, "value": value}


def _last_order(op: str, days: int) -> dict[str, Any]:
    return {"field": "facts.last_order_at", "op": f"{op}_than_days_ago", "value": days}


RECENT = _last_order("less", AT_RISK_DAYS)
# key: name, colour, priority (lowest wins when several match), rule; in the order of the map
STAGES: dict[str, tuple[Any, str, int, dict[str, Any]]] = {
    "prospect": (_("Prospect"), "#94a3b8", 70, _orders("=", 0)),
    "new": (_("New"), "#38bdf8", 40, {"all": [_orders("=", 1), RECENT]}),
    "active": (_("Active"), "#22c55e", 30, {"all": [_orders(">=", 2), RECENT]}),
    "loyal": (_("Loyal"), "#8b5cf6", 20, {"all": [_orders(">=", LOYAL_ORDERS), RECENT]}),
    "at_risk": (
        _("At risk"),
        "#f59e0b",
        50,
        {"all": [_last_order("more", AT_RISK_DAYS), _last_order("less", LOST_DAYS)]},
    ),
    "lost": (_("Lost"), "#ef4444", 60, _last_order("more", LOST_DAYS)),
    "won_back": (
        _("Won back"),
        "#14b8a6",
        10,
        {
            "all": [
                {"field": "facts.last_gap_days", "op": ">", "value": AT_RISK_DAYS},
                _last_order("less", BACK_DAYS),
            ]
        },
    ),
}
OUTCOMES = {"loyal": "goal", "at_risk": "loss", "lost": "loss"}


def create(shop: Shop) -> Journey:
    """Give the shop the lifecycle journey if it has none. Safe to repeat."""
    with transaction.atomic():
        journey, made = Journey.objects.get_or_create(
            shop=shop, key="lifecycle", defaults={"name": str(_("Customer lifecycle"))}
        )
        if made:
            Stage.objects.bulk_create(
                Stage(
                    shop=shop,
                    journey=journey,
                    key=key,
                    name=str(name),
                    colour=colour,
                    position=position,
                    priority=priority,
                    outcome=OUTCOMES.get(key, ""),
                    rule=rule,
                )
                for position, (key, (name, colour, priority, rule)) in enumerate(STAGES.items())
            )
    return journey
