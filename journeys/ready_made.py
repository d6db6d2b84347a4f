"""Journeys that a shop can begin with, one click each; afterwards a marketer edits them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from journeys.models import Journey, Stage
from shops import speaking
from shops.models import Shop

Rule = dict[str, Any]
GREY, BLUE, GREEN, VIOLET = "#94a3b8", "#38bdf8", "#22c55e", "#8b5cf6"
AMBER, RED, TEAL, INDIGO = "#f59e0b", "#ef4444", "#14b8a6", "#6366f1"


@dataclass(frozen=True)
class ReadyStage:
    """A stage in the order of the map; the lowest priority wins when several rules match."""

    key: str
    name: Any
    colour: str
    priority: int
    rule: Rule
    outcome: str = ""
    expected_days: int | None = None
    exit_rule: Rule | None = None


@dataclass(frozen=True)
class ReadyMade:
    """A journey with what it is for and what it lives on."""

    key: str
    name: Any
    why: Any
    needs: Any
    stages: tuple[ReadyStage, ...]


@speaking.to_shop
def create(shop: Shop, ready: ReadyMade) -> Journey:
    """Give the shop this journey if it has none of that key. Safe to repeat."""
    with transaction.atomic():
        journey, made = Journey.objects.get_or_create(
            shop=shop,
            key=ready.key,
            defaults={"name": str(ready.name), "description": str(ready.why)},
        )
        if made:
            Stage.objects.bulk_create(
                Stage(
                    shop=shop,
                    journey=journey,
                    position=position,
                    **{**vars(stage), "name": str(stage.name)},
                )
                for position, stage in enumerate(ready.stages)
            )
    return journey


def orders(op: str, value: int) -> Rule:
    return {"field": "facts.order_count", "op": op, "value": value}


def last_order(op: str, days: int) -> Rule:
    """`op` is more or less: the last order is so many days ago."""
    return {"field": "facts.last_order_at", "op": f"{op}_than_days_ago", "value": days}


def did(touchpoint: str | list[str], **more: Any) -> Rule:
    return {"did": {"touchpoint": touchpoint, **more}}
