"""A stage as it is proposed and exported: one schema, checked with the path to what is wrong."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from journeys.models import Journey, Stage
from segments import rules
from segments.rules import RuleError
from shops.schema_faults import first_fault

PARTS = ("key", "name", "colour", "outcome", "position", "priority", "expected_days", "rule",
         "exit_rule")  # fmt: skip
SMALL = {"type": "integer", "minimum": -32768, "maximum": 32767}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "name", "position", "priority", "rule"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "pattern": "^[-a-z0-9_]+$", "maxLength": 60},
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "colour": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
        "outcome": {"enum": ["", "goal", "loss"]},
        "position": SMALL,
        "priority": SMALL,
        "expected_days": {"type": ["integer", "null"], "minimum": 1, "maximum": 3650},
        "rule": {"type": "object"},
        "exit_rule": {"type": ["object", "null"]},
    },
}


class StageFault(Exception):
    """A stage that the journey cannot have; begins with the path to what is wrong."""


def told(stage: Stage) -> dict[str, Any]:
    """What a marketer wrote of the stage."""
    return {part: getattr(stage, part) for part in PARTS}


def check(said: Any, journey: Journey) -> None:
    """Raises StageFault when this is no stage, or one that would stand in the way of another."""
    if fault := first_fault(said, SCHEMA, whole="stage"):
        raise StageFault(fault)
    for part in ("rule", "exit_rule"):
        if said.get(part):
            try:
                rules.compile(said[part], shop=journey.shop)
            except RuleError as problem:
                raise StageFault(f"{part}.{problem}") from problem
    others = journey.stages.exclude(key=said["key"])
    if other := others.filter(priority=said["priority"]).first():
        raise StageFault(_("priority: %s has it already.") % other.name)


def put(said: dict[str, Any], journey: Journey) -> Stage:
    """Add the stage to the journey, or change the one of its key. Raises StageFault.

    A new one pushes those at its position and after it one on. Nobody is placed yet.
    """
    check(said, journey)
    with transaction.atomic():
        stage = journey.stages.filter(key=said["key"]).first()
        if stage is None:
            after = journey.stages.filter(position__gte=said["position"])
            after.update(position=F("position") + 1)
            stage = Stage(shop=journey.shop, journey=journey)
        for part, value in said.items():
            setattr(stage, part, value)
        stage.save()
    return stage
