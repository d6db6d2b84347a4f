"""Stages that the measured days suggest: who is later than most, and how long a stay may take."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from assistant import sentences
from assistant.ground import Ground
from assistant.sentences import Sentence
from journeys import stage_text
from journeys.back_dating import FACTS
from journeys.models import Stage
from journeys.stage_text import StageFault
from journeys.transitions import Edge
from shops import speaking

FIELDS = [f"facts.{name}" for name in FACTS]
OPS = ("=", ">", ">=", "<", "<=", "more_than_days_ago", "less_than_days_ago")
LEAST_LEFT_DAYS = 7  # a stage that people are lost from a day later helps nobody
CLEARLY = 0.2  # days that differ by less are left as they are
AMBER = "#f59e0b"


def by_rules(ground: Ground, edges: list[Edge]) -> list[dict[str, Any]]:
    """At most one new and one changed stage, for the most important ways first."""
    late = (each for edge in edges for each in _late(ground, edge))
    slow = (each for edge in edges for each in _slow(edge))
    return [each for each in (next(late, None), next(slow, None)) if each]


def new(ground: Ground, said: dict[str, Any]) -> dict[str, Any]:
    """A stage of a model's: those of one stage about whom more is true. Raises StageFault."""
    origin = ground.journey.stages.get(key=said["origin"])
    rule = {"all": [origin.rule, *said["all"]]}
    made = _part(_after(origin, said["name"], rule), None, {"why": said["why"]})
    stage_text.check(made["text"], ground.journey)
    return made


def _late(ground: Ground, edge: Edge) -> list[dict[str, Any]]:
    """Whoever takes longer than three quarters of those who go on, before they are lost."""
    origin, lost = edge.origin, ground.loss_from(edge)
    if origin is None or edge.target is None or edge.stay is None or not lost or not lost.stay:
        return []
    days = max(1, round(edge.stay.upper))
    if days + LEAST_LEFT_DAYS > lost.stay.median:
        return []
    late = {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": days}
    with translation.override(speaking.known(ground.shop.language)):  # as its other stages
        name = _("%s, late") % origin.name
    try:
        text = _after(origin, name, {"all": [origin.rule, late]})
        stage_text.check(text, ground.journey)
    except StageFault:
        return []
    return [_part(text, None, sentences.kept("late", "why", target=edge.target.name))]


def _slow(edge: Edge) -> list[dict[str, Any]]:
    """How many days a stay may take, from those who went on."""
    origin = edge.origin
    if origin is None or edge.target is None or edge.stay is None:
        return []
    days, held = max(1, round(edge.stay.upper)), origin.expected_days
    if held and abs(held - days) <= CLEARLY * days:
        return []
    why = sentences.kept("slow", "why", target=edge.target.name)
    before = stage_text.told(origin)
    return [_part(before | {"expected_days": days}, before, why)]


def _after(origin: Stage, name: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A stage beside the one it is a part of, winning over it. Raises StageFault."""
    stages = Stage.objects.filter(journey=origin.journey)
    priority = origin.priority - 1
    if stages.filter(priority=priority).exists():
        raise StageFault(Sentence("no_room", stage=origin.name))
    taken = set(stages.values_list("key", flat=True))
    keys = (f"{origin.key[:50]}-{word}" for word in ("late", *map(str, range(2, 100))))
    return {
        "key": next(key for key in keys if key not in taken),
        "name": name,
        "colour": AMBER,
        "outcome": origin.outcome,
        "position": origin.position + 1,
        "priority": priority,
        "expected_days": None,
        "rule": rule,
        "exit_rule": None,
    }


def _part(
    text: dict[str, Any], before: dict[str, Any] | None, why: dict[str, Any]
) -> dict[str, Any]:
    return {"part": f"stage:{text['key']}"[:60], "before": before, "text": text, **why}
