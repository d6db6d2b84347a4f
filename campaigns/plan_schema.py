"""The one schema of a campaign's plan: who enters, what ends it, and the steps they go through.

Documented in docs/campaigns.md. Whether a plan can run in a shop is `campaigns.plan_check`.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _lazy

KEY = {"type": "string", "pattern": "^[-a-z0-9_]+$", "maxLength": 60}
KIND = {"type": "string", "pattern": "^[a-z_]+\\.[a-z_]+$", "maxLength": 60}
NAME = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[^.\\x00]+$"}
RULE = {"type": "object"}
KINDS = {"oneOf": [KIND, {"type": "array", "minItems": 1, "maxItems": 10, "items": KIND}]}
EXACT = 2**53 - 1  # what a browser can count to; longer numbers are written as text
WHERE = {
    "type": "object",
    "maxProperties": 10,
    "additionalProperties": {
        "type": ["string", "integer", "boolean", "object"],
        "maximum": EXACT,
        "minimum": -EXACT,
    },
}
TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
ZONE = {"type": "string", "maxLength": 60}  # a zone's name, "customer" or "shop"
ID = {"type": "string", "pattern": "^[a-z0-9_-]+$", "maxLength": 40}
MOST_STEPS, MOST_DEPTH = 200, 5


def shape(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object of exactly these properties."""
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


def number(low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high}


def positive(high: float) -> dict[str, Any]:
    return {"type": "number", "exclusiveMinimum": 0, "maximum": high}


ON = {"enum": ["enter", "leave"]}
ENTRIES = [
    shape(["stage"], journey=KEY, stage=KEY, on=ON),
    shape(["segment"], segment=KEY, on=ON),
    shape(["touchpoint"], touchpoint=KINDS, where=WHERE, after_hours=positive(720), unless=KINDS),
    shape(["at"], at={"type": "string"}, zone=ZONE),
    shape(["cron"], cron={"type": "string", "maxLength": 60}, zone=ZONE),
    shape(
        ["date"],
        date={"type": "string", "minLength": 1, "maxLength": 60},
        days={"type": "integer", "minimum": -365, "maximum": 365},
        time=TIME,
        yearly={"type": "boolean"},
    ),
    shape(["api"], api={"const": True}),
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WAIT = {
    "description": _lazy(
        'must be {"days": number}, {"hours": number}, {"until": "09:00"}, {"best_hour": true} '
        'or {"usual_gap": number of the customer\'s own gaps between orders}.'
    ),
    "oneOf": [
        shape([], days=number(0, 365), hours=number(0, 8760)) | {"minProperties": 1},
        shape(["until"], until=TIME, weekday={"enum": WEEKDAYS}),
        shape(["best_hour"], best_hour={"const": True}),
        shape(["usual_gap"], usual_gap=number(0.1, 10)),
    ],
}
STEPS = {"type": "array", "maxItems": 50, "items": {"$ref": "#/$defs/step"}}
WAYS = {"type": "array", "minItems": 1, "maxItems": 10}
STEP_SHAPES = [
    shape(["send"], id=ID, send=KEY, channel=KEY),
    shape(["wait_days"], id=ID, wait_days=positive(365)),
    shape(["wait"], id=ID, wait=WAIT),
    shape(
        ["wait_for"],
        id=ID,
        wait_for=shape(["touchpoint", "hours"], touchpoint=KIND, where=WHERE, hours=positive(8760)),
        came=STEPS,
        missed=STEPS,
    ),
    shape(
        ["branch"],
        id=ID,
        branch=WAYS | {"items": shape(["if", "steps"], **{"if": RULE}, steps=STEPS)},
        **{"else": STEPS},
    ),
    shape(
        ["split"],
        id=ID,
        learn={"type": "boolean"},
        split=WAYS
        | {
            "items": shape(
                ["name", "percent", "steps"], name=NAME, percent=positive(100), steps=STEPS
            )
        },
    ),
    shape(
        ["set"],
        id=ID,
        set={
            "type": "object",
            "minProperties": 1,
            "maxProperties": 20,
            "additionalProperties": {
                "type": ["string", "number", "boolean"],
                "maximum": EXACT,
                "minimum": -EXACT,
            },
        },
    ),
    shape(["add_to"], id=ID, add_to=KEY),
    shape(["tell"], id=ID, tell={"type": "string", "minLength": 1, "maxLength": 60}),
    shape(["stop"], id=ID, stop={"type": "string", "maxLength": 50}),
]
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Waymark campaign plan",
    **shape(
        ["entry", "steps"],
        entry={
            "description": _lazy(
                'must be {"stage": key}, {"segment": key}, {"touchpoint": kind}, {"at": time}, '
                '{"cron": times}, {"date": attribute} or {"api": true}.'
            ),
            "oneOf": ENTRIES,
        },
        audience=RULE,
        exclude=RULE,
        reentry={
            "description": _lazy('must be "always", "never" or {"after_days": number}.'),
            "oneOf": [
                {"enum": ["always", "never"]},
                shape(["after_days"], after_days=number(1, 3650)),
            ],
        },
        goal=shape(["touchpoint"], touchpoint=KIND, where=WHERE, days=number(1, 365)),
        exit=RULE,
        late_hours=number(1, 8760),
        steps=STEPS | {"minItems": 1},
    ),
    "$defs": {
        "step": {
            "description": _lazy(
                'must be one of {"send": template key}, {"wait_days": number}, {"wait": …}, '
                '{"wait_for": …}, {"branch": …}, {"split": …}, {"set": …}, {"add_to": segment}, '
                '{"tell": name} or {"stop": reason}.'
            ),
            "oneOf": STEP_SHAPES,
        }
    },
}


class PlanError(Exception):
    """A plan that cannot run; `path` is where, such as `steps[0].send`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '(plan)'}: {message}")
        self.path = path
