"""The JSON Schema of a rule, for editors and other programs: published as docs/rule.schema.json."""

from typing import Any

from django.conf import settings

from segments.json_values import TYPES
from segments.operators import OPERATORS
from segments.values import MOST_VALUES, PERIODS

RULE = {"$ref": "#/$defs/rule"}
NUMBER, TEXT = {"type": "number"}, {"type": "string", "maxLength": 300}
TIME = {"type": "string", "minLength": 10}
DAYS = {"type": "number", "exclusiveMinimum": 0, "maximum": 3650}
WHERE = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [
            TEXT,
            {"type": "integer"},
            {
                "type": "object",
                "required": ["op"],
                "additionalProperties": False,
                "properties": {"op": TEXT, "value": {}, "as": {"enum": list(TYPES)}},
            },
        ]
    },
}
KINDS = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 20}]}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": 1, "maxItems": MOST_VALUES}


def _two(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": 2, "maxItems": 2}


VALUES: dict[str, dict[str, Any]] = {
    "text": TEXT,
    "texts": _list(TEXT),
    "number": NUMBER,
    "numbers": _list(NUMBER),
    "two numbers": _two(NUMBER),
    "percent": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
    "days": {"type": "number", "minimum": 0, "maximum": 36500},
    "whole days": {"type": "integer", "minimum": 0, "maximum": 366},
    "date": TIME,
    "two dates": _two(TIME),
    "period": {"enum": list(PERIODS)},
    "pattern": {"type": "string", "maxLength": 100},
}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


def _comparison(
    fields: dict[str, Any], op: str, takes: str, more: dict[str, Any]
) -> dict[str, Any]:
    value = {"value": VALUES[takes]} if takes else {}
    required = ["field", "op", *value]
    return _object(required, {"field": fields, "op": {"const": op}, **value, **more})


def _comparisons() -> list[dict[str, Any]]:
    found = []
    zone = {"zone": {"enum": ["shop", "customer"]}}
    for kind, operators in OPERATORS.items():
        names = [name for name, field in settings.RULE_FIELDS.items() if field[0] == kind]
        exact = [name for name in names if not name.endswith("*")]
        families = [name[:-2] for name in names if name.endswith("*")]
        json = [n[:-2] for n, f in settings.RULE_FIELDS.items() if f[0] == "json"]
        for op, operator in operators.items():
            more = zone if kind == "date" else {}
            for fields in ([{"enum": exact}] if exact else []) + [
                {"type": "string", "pattern": rf"^{name}\."} for name in families
            ]:
                found.append(_comparison(fields, op, operator.takes, more))
            for name in json:
                fields = {"type": "string", "pattern": rf"^{name}\."}
                typed = {"as": {"const": kind}}
                found.append(_comparison(fields, op, operator.takes, more | typed))
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rule over the fields of this installation."""
    count = {"type": "integer", "minimum": 0, "maximum": 1000}
    then = _object(
        ["touchpoint"],
        {
            "touchpoint": KINDS,
            "where": WHERE,
            "within": DAYS,
            "not": {"type": "boolean"},
            "same": {"type": "array", "items": TEXT, "maxItems": 5},
            "then": {"$ref": "#/$defs/then"},
        },
    )
    deed = _object(
        ["touchpoint"],
        {
            "touchpoint": KINDS,
            "where": WHERE,
            "times": count | {"minimum": 1},
            "at_most": count,
            "exactly": count,
            "within": DAYS,
            "until": DAYS,
            "then": {"$ref": "#/$defs/then"},
        },
    )
    groups = [
        _object([word], {word: inner})
        for word, inner in [
            ("all", {"type": "array", "items": RULE, "minItems": 1}),
            ("any", {"type": "array", "items": RULE, "minItems": 1}),
            ("not", RULE),
            ("did", deed),
            ("segment", TEXT),
        ]
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waymark rule",
        "$ref": "#/$defs/rule",
        "$defs": {"rule": {"anyOf": [*groups, *_comparisons()]}, "then": then},
    }
