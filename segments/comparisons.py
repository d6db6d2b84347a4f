"""Comparisons: a field of the plug-in table, or something in its JSON, against a value."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from customers.changes import read_by
from segments import json_values
from segments.builder import Builder, Rule
from segments.faults import RuleError, join
from segments.operators import OPERATORS, Asked, Operator
from segments.values import CHECKS, is_text

ZONES = ("shop", "customer")
KEYS = {"field", "op", "value", "zone", "as"}


def only(rule: Rule, allowed: set[str], path: str) -> None:
    """Refuse a key that has no meaning here."""
    for key in rule:
        if key not in allowed:
            expected = ", ".join(sorted(allowed))
            raise RuleError(
                join(path, str(key)), _("is not expected here; allowed: %s.") % expected
            )


def compile_comparison(rule: Rule, path: str, builder: Builder) -> str:
    """The condition that a field of the customer `c` compares as the rule says."""
    only(rule, KEYS, path)
    kind, expression, _label = found(rule["field"], path)
    name = rule["field"]
    if "{key}" in expression:
        expression = expression.replace("{key}", builder.bind(name.partition(".")[2]))
    if kind == "json":
        kind, expression = _inside(rule, expression, path, builder)
    elif "as" in rule:
        raise RuleError(join(path, "as"), _("is only for attributes; %s has its type.") % name)
    builder.reads |= read_by(name)
    builder.shown[name] = expression
    return _compare(kind, name, expression, rule, path, builder)


def compare_json(base: str, key: str, wanted: Any, path: str, builder: Builder) -> str:
    """The condition that what lies at `key` of the JSON `base` is as wanted: a value or {op, …}."""
    asked = wanted if isinstance(wanted, dict) else {"op": "=", "value": wanted}
    only(asked, {"op", "value", "as"}, path)
    if not isinstance(wanted, dict):
        # What was sent as "5" and as 5 is the same to who asks for it.
        if not is_text(wanted) and (not isinstance(wanted, int) or isinstance(wanted, bool)):
            raise RuleError(path, _("must be a text, a whole number or {'op': …, 'value': …}."))
        steps = json_values.steps(builder, key)
        return f"coalesce({base} #>> {steps} = {builder.bind(str(wanted))}, false)"
    kind = _kind(asked, path)
    expression = json_values.typed(base, json_values.steps(builder, key), kind)
    return _compare(kind, key, expression, asked, path, builder)


def entry_of(name: Any) -> str:
    """The field's line in the plug-in table; `scores.*` stands for every score. "" without one."""
    if not is_text(name) or name.endswith("*"):
        return ""
    room, _dot, key = name.partition(".")
    entries = [name, *([f"{room}.*"] if key else [])]
    return next((entry for entry in entries if entry in settings.RULE_FIELDS), "")


def found(name: Any, path: str) -> tuple[str, str, Any]:
    """The field's type, SQL and label."""
    entry = entry_of(name)
    if not entry:
        said = _("there is no field %s. Pick one from the list of fields.")
        raise RuleError(join(path, "field"), said % repr(name)[:80])
    return settings.RULE_FIELDS[entry]


def _inside(rule: Rule, base: str, path: str, builder: Builder) -> tuple[str, str]:
    kind = _kind(rule, path)
    steps = json_values.steps(builder, rule["field"].partition(".")[2])
    return kind, json_values.typed(base, steps, kind)


def _kind(asked: Rule, path: str) -> str:
    kind = asked.get("as") or json_values.kind_of(asked.get("op"), asked.get("value"))
    if not isinstance(kind, str) or kind not in json_values.TYPES:
        raise RuleError(join(path, "as"), _("must be one of: %s.") % ", ".join(json_values.TYPES))
    return kind


def _compare(
    kind: str, name: str, expression: str, asked: Rule, path: str, builder: Builder
) -> str:
    operator = _operator(asked, kind, path)
    value = asked.get("value")
    fault = CHECKS[operator.takes](value)
    if fault:
        raise RuleError(join(path, "value"), fault)
    zone = _zone(asked, operator, path, builder)
    bound = operator.bound(Asked(builder, name, expression, zone, value))
    write = lambda sql: sql.format(expression, *bound, now=builder.now, zone=zone)  # noqa: E731
    builder.due += map(write, operator.due)
    # A missing value makes a comparison NULL; coalesce turns it into "does not hold", so that
    # "not" of it holds.
    return f"coalesce({write(operator.sql)}, false)"


def _operator(asked: Rule, kind: str, path: str) -> Operator:
    known = OPERATORS[kind]
    name = asked.get("op")
    if not isinstance(name, str) or name not in known:
        raise RuleError(join(path, "op"), _("must be one of: %s.") % ", ".join(known))
    return known[name]


def _zone(asked: Rule, operator: Operator, path: str, builder: Builder) -> str:
    whose = asked.get("zone", "shop")
    if whose not in ZONES:
        raise RuleError(join(path, "zone"), _("must be one of: %s.") % ", ".join(ZONES))
    if "zone" in asked and "date" not in operator.takes and "{zone}" not in operator.sql:
        raise RuleError(join(path, "zone"), _("is only for days, such as 'today' or a date."))
    needed = "{zone}" in operator.sql or "date" in operator.takes
    return builder.zone(whose) if needed else ""
