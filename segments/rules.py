"""The rule language: a JSON tree compiled to one parametrised SQL condition.

A rule is a group (`all`, `any`: lists; `not`: one rule), a comparison `{field, op, value}` or a
deed `{"did": {touchpoint, where, times, within}}`. Fields come from the plug-in table. The
condition speaks of `c` (customers_customer) and `p` (customers_profile, left joined); a missing
value satisfies no comparison. Documented in docs/rules.md.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from segments.operators import OPERATORS, Operator, check_value

MAX_DEPTH = 10
MAX_PARTS = 100  # groups and conditions
DID_KEYS = {"touchpoint", "where", "times", "within"}

Rule = dict[str, Any]
Params = dict[str, Any]


class RuleError(Exception):
    """A rule that cannot be compiled; `path` is where, such as `all[1].value`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '(rule)'}: {message}")
        self.path = path


@dataclass(frozen=True)
class Compiled:
    """An SQL condition with named parameters."""

    sql: str
    params: Params


@dataclass
class _Builder:
    """Collects parameters under names that no other rule of the statement uses."""

    prefix: str
    params: Params = field(default_factory=dict)
    parts: int = 0

    def bind(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"


def compile(rule: Rule, *, prefix: str = "r", at: datetime | None = None) -> Compiled:
    """The SQL condition of a rule as of a moment (default: now).

    Rules that share a statement need different prefixes. Raises RuleError with the path of the
    fault.
    """
    builder = _Builder(prefix)
    builder.params[f"{prefix}_now"] = at or now()
    sql = _compile(rule, "", 0, builder)
    return Compiled(sql, builder.params)


def _compile(rule: Any, path: str, depth: int, builder: _Builder) -> str:
    if not isinstance(rule, dict) or not rule:
        raise RuleError(path, _("must be an object such as {'field': …, 'op': …, 'value': …}."))
    if depth > MAX_DEPTH:
        raise RuleError(path, _("is nested more than %d levels deep.") % MAX_DEPTH)
    builder.parts += 1
    if builder.parts > MAX_PARTS:
        raise RuleError(path, _("has more than %d parts.") % MAX_PARTS)
    for key, compile_kind in KINDS.items():
        if key in rule:
            return compile_kind(rule, path, depth, builder)
    raise RuleError(path, _("needs one of: all, any, not, field, did."))


def _only(rule: Rule, allowed: set[str], path: str) -> None:
    for key in rule:
        if key not in allowed:
            expected = ", ".join(sorted(allowed))
            raise RuleError(_join(path, key), _("is not expected here; allowed: %s.") % expected)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}".lstrip(".")


def _group(word: str, glue: str) -> Callable[[Rule, str, int, _Builder], str]:
    def compile_group(rule: Rule, path: str, depth: int, builder: _Builder) -> str:
        _only(rule, {word}, path)
        parts = rule[word]
        if not isinstance(parts, list) or not parts:
            raise RuleError(_join(path, word), _("must be a list of at least one rule."))
        inner = [
            _compile(part, f"{_join(path, word)}[{index}]", depth + 1, builder)
            for index, part in enumerate(parts)
        ]
        return f"({glue.join(inner)})"

    return compile_group


def _not(rule: Rule, path: str, depth: int, builder: _Builder) -> str:
    _only(rule, {"not"}, path)
    return f"(NOT {_compile(rule['not'], _join(path, 'not'), depth + 1, builder)})"


def _comparison(rule: Rule, path: str, depth: int, builder: _Builder) -> str:
    _only(rule, {"field", "op", "value"}, path)
    kind, expression, _label = _field(rule, path)
    operator = _operator(rule, kind, path)
    value = rule.get("value")
    fault = check_value(operator, value)
    if fault:
        raise RuleError(_join(path, "value"), fault)
    bound = [builder.bind(item) for item in operator.parameters(value)]
    moment = f"%({builder.prefix}_now)s"
    # A missing value makes a comparison NULL; coalesce turns it into "does not hold", so that
    # "not" of it holds.
    return f"coalesce({operator.sql.format(expression, *bound, now=moment)}, false)"


def _field(rule: Rule, path: str) -> tuple[str, str, Any]:
    name = rule["field"]
    if not isinstance(name, str) or name not in settings.RULE_FIELDS:
        raise RuleError(_join(path, "field"), _("there is no field %r.") % (name,))
    found: tuple[str, str, Any] = settings.RULE_FIELDS[name]
    return found


def _operator(rule: Rule, kind: str, path: str) -> Operator:
    known = OPERATORS[kind]
    name = rule.get("op")
    if not isinstance(name, str) or name not in known:
        allowed = ", ".join(known)
        raise RuleError(_join(path, "op"), _("must be one of: %s.") % allowed)
    return known[name]


def _did(rule: Rule, path: str, depth: int, builder: _Builder) -> str:
    _only(rule, {"did"}, path)
    deed, at = rule["did"], _join(path, "did")
    if not isinstance(deed, dict) or not isinstance(deed.get("touchpoint"), str):
        raise RuleError(_join(at, "touchpoint"), _("must name a kind such as 'order.placed'."))
    _only(deed, DID_KEYS, at)
    moment = f"%({builder.prefix}_now)s"
    conditions = [
        "t.customer_id = c.id",
        f"t.kind = {builder.bind(deed['touchpoint'])}",
        f"t.occurred_at <= {moment}",
    ]
    if "within" in deed:
        days = _whole(deed["within"], 1, 3650, _join(at, "within"))
        conditions.append(f"t.occurred_at > {moment} - {builder.bind(days)} * interval '1 day'")
    for key, value in _where(deed.get("where", {}), _join(at, "where")):
        conditions.append(f"t.data ->> {builder.bind(key)} = {builder.bind(value)}")
    times = _whole(deed.get("times", 1), 1, 1000, _join(at, "times"))
    # Counting stops at the number asked for, however long the history is.
    return (
        f"((SELECT count(*) FROM (SELECT FROM customers_touchpoint t WHERE "
        f"{' AND '.join(conditions)} LIMIT {times}) AS deeds) = {times})"
    )


def _whole(value: Any, low: int, high: int, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RuleError(
            path, _("must be a whole number from %(low)d to %(high)d.") % {"low": low, "high": high}
        )
    return value


def _where(where: Any, path: str) -> list[tuple[str, str]]:
    if not isinstance(where, dict):
        raise RuleError(path, _("must be an object of data keys and texts."))
    for key, value in where.items():
        if not isinstance(value, str | int):
            raise RuleError(_join(path, key), _("must be a text or a whole number."))
    return [(key, str(value)) for key, value in where.items()]


KINDS: dict[str, Callable[[Rule, str, int, _Builder], str]] = {
    "all": _group("all", " AND "),
    "any": _group("any", " OR "),
    "not": _not,
    "field": _comparison,
    "did": _did,
}


def describe(rule: Rule) -> str:
    """The rule as a sentence in the reader's language; one that does not compile, as it stands."""
    try:
        compile(rule)
    except RuleError:
        return json.dumps(rule, ensure_ascii=False)
    return _describe(rule)


def _describe(rule: Rule) -> str:
    if "all" in rule:
        return _(" and ").join(_bracketed(part) for part in rule["all"])
    if "any" in rule:
        return _(" or ").join(_bracketed(part) for part in rule["any"])
    if "not" in rule:
        return _("not %s") % _bracketed(rule["not"])
    if "did" in rule:
        return _describe_deed(rule["did"])
    kind, _expression, label = settings.RULE_FIELDS[rule["field"]]
    return f"{label} {OPERATORS[kind][rule['op']].describe(rule.get('value'))}"


def _bracketed(rule: Rule) -> str:
    return f"({_describe(rule)})" if {"all", "any"} & rule.keys() else _describe(rule)


def _describe_deed(deed: Rule) -> str:
    words = _("did %(what)s at least %(times)d times") % {
        "what": deed["touchpoint"],
        "times": deed.get("times", 1),
    }
    if "within" in deed:
        words += " " + _("in the last %d days") % deed["within"]
    if deed.get("where"):
        words += " " + _("where %s") % ", ".join(f"{k} = {v}" for k, v in deed["where"].items())
    return words


def schema() -> dict[str, Any]:
    """The JSON Schema of a rule, for editors and other programs."""
    one = {"$ref": "#/$defs/rule"}
    comparisons = [
        {
            "type": "object",
            "required": ["field", "op"],
            "additionalProperties": False,
            "properties": {
                "field": {"enum": [n for n, f in settings.RULE_FIELDS.items() if f[0] == kind]},
                "op": {"enum": list(operators)},
                "value": {},
            },
        }
        for kind, operators in OPERATORS.items()
    ]
    deed = {
        "type": "object",
        "required": ["touchpoint"],
        "additionalProperties": False,
        "properties": {
            "touchpoint": {"type": "string"},
            "where": {"type": "object"},
            "times": {"type": "integer", "minimum": 1, "maximum": 1000},
            "within": {"type": "integer", "minimum": 1, "maximum": 3650},
        },
    }
    groups = [
        {"type": "object", "required": [w], "additionalProperties": False, "properties": {w: p}}
        for w, p in [
            ("all", {"type": "array", "items": one, "minItems": 1}),
            ("any", {"type": "array", "items": one, "minItems": 1}),
            ("not", one),
            ("did", deed),
        ]
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waymark rule",
        "$ref": "#/$defs/rule",
        "$defs": {"rule": {"oneOf": [*groups, *comparisons]}},
    }
