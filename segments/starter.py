"""Ready-made segments that every shop begins with; marketers change them as they like."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from segments.models import Segment
from shops.models import Shop


def field(name: str, op: str, value: Any = None) -> dict[str, Any]:
    rule = {"field": name, "op": op}
    return rule if value is None else {**rule, "value": value}


SEGMENTS = {
    "newcomers": (
        _("Newcomers"),
        field("facts.first_order_at", "less_than_days_ago", 30),
    ),
    "repeat-buyers": (
        _("Repeat buyers"),
        field("facts.order_count", ">=", 2),
    ),
    "best-customers": (
        _("Best customers"),
        {"all": [field("rfm.frequency", ">=", 4), field("rfm.monetary", ">=", 4)]},
    ),
    "slipping-away": (
        _("Good customers slipping away"),
        {
            "all": [
                field("facts.order_count", ">=", 3),
                field("facts.last_order_at", "more_than_days_ago", 60),
                field("facts.last_order_at", "less_than_days_ago", 180),
            ]
        },
    ),
    "gone-quiet": (
        _("Gone quiet"),
        {
            "all": [
                field("facts.order_count", ">=", 1),
                {"not": {"did": {"touchpoint": "order.placed", "within": 180}}},
            ]
        },
    ),
    "many-returns": (
        _("Many returns"),
        field("facts.returned_fraction", ">", 0.2),
    ),
    "unhappy-reviewers": (
        _("Unhappy reviewers"),
        {
            "all": [
                field("opinions.review_count", ">=", 1),
                field("opinions.mean_sentiment", "<", 0),
            ]
        },
    ),
}


def create(shop: Shop) -> None:
    """Give the shop the ready-made segments it does not have yet. Safe to repeat."""
    for key, (name, rule) in SEGMENTS.items():
        Segment.objects.get_or_create(
            shop=shop, key=key, defaults={"name": str(name), "kind": "rule", "rule": rule}
        )
