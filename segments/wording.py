"""A rule as a sentence in the reader's language, as a marketer would say it."""

import json
from typing import Any, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segments import deed_wording, json_values, values
from segments.builder import Rule
from segments.choices import Names
from segments.comparisons import entry_of, found
from segments.compiler import compile
from segments.counted_words import days, figure, listed, times
from segments.faults import RuleError
from segments.field_words import AMOUNT_OPS, AMOUNTS, DATE_OPS, DATES, PERIODS, TIMES, YES_NO
from segments.operators import OPERATORS
from shops import money
from shops.models import Shop

FEW = 5  # values of a list that are told


def describe(rule: Rule, *, shop: Shop | None = None, names: Names | None = None) -> str:
    """The rule as a sentence; one that does not compile, as it stands.

    With the shop, its currency and the names of its segments and stages are said. Who describes
    many rules of a shop hands over `names`, so that they are looked up once.
    """
    try:
        compile(rule)
    except RuleError:
        return json.dumps(rule, ensure_ascii=False)
    return _describe(rule, names or Names(shop))


def _describe(rule: Rule, names: Names) -> str:
    for word, glue in (("all", _(" and ")), ("any", _(" or "))):
        if word in rule:
            parts = rule[word]
            inside = _bracketed if len(parts) > 1 else _describe
            return glue.join(inside(part, names) for part in parts)
    if "not" in rule:
        return _denied(rule["not"], names)
    if "did" in rule:
        return deed_wording.done(rule["did"])
    if "segment" in rule:
        return _("is in the segment “%s”") % names.segment(rule["segment"])
    return _comparison(rule, names)


def _bracketed(rule: Rule, names: Names) -> str:
    said = _describe(rule, names)
    return _("(%s)") % said if {"all", "any"} & rule.keys() else said


def _denied(rule: Rule, names: Names) -> str:
    if "did" in rule:
        return deed_wording.not_done(rule["did"])
    if "segment" in rule:
        return _("is not in the segment “%s”") % names.segment(rule["segment"])
    if "any" in rule:
        return _("none of these: %s") % (_("(%s)") % _describe(rule, names))
    return _("not (%s)") % _describe(rule, names)


def _comparison(rule: Rule, names: Names) -> str:
    entry = entry_of(rule["field"])
    said = _fitting(rule, entry, names) or _plain(rule, entry, names)
    return said + (_(" (customer's time)") if rule.get("zone") == "customer" else "")


def _fitting(rule: Rule, entry: str, names: Names) -> str:
    """The field's own way of being said; "" where it has none for this operator."""
    name, op, value = rule["field"], rule["op"], cast(Any, rule.get("value"))
    if op in {"in_top_percent", "in_bottom_percent"}:
        top = _("is in the top %(share)s %% by “%(field)s”")
        bottom = _("is in the bottom %(share)s %% by “%(field)s”")
        share = {"share": figure(value), "field": _label(rule, entry, names)}
        return (top if op == "in_top_percent" else bottom) % share
    if entry in TIMES and (op in AMOUNT_OPS or op == "between"):
        often, never = TIMES[entry]
        if op != "between" and (op, value) in {("=", 0), ("<=", 0), ("<", 1)}:
            return str(never)
        return str(often).format(_amount(op, value, times))
    if entry in AMOUNTS and (op in AMOUNT_OPS or op == "between"):
        return str(AMOUNTS[entry]).format(_amount(op, value, lambda v: unit(name, v, names)))
    key = names.key(entry, name.partition(".")[2])
    if entry in YES_NO and op in {"is_true", "is_false"}:
        return str(YES_NO[entry][op == "is_false"]) % key
    if entry in DATES:
        return _date(rule, tuple(str(words).replace("%s", key) for words in DATES[entry]))
    return ""


def _date(rule: Rule, words: tuple[str, ...]) -> str:
    when, known, unknown = words
    if rule["op"] in {"is_set", "is_not_set"}:
        return known if rule["op"] == "is_set" else unknown
    said = _moment(rule["op"], rule.get("value"))
    return when.format(said) if said else ""


def _moment(op: str, value: Any) -> str:
    if op == "in_period":
        return str(PERIODS[value])
    if op == "between":
        return _("between %(from)s and %(to)s") % {"from": _day(value[0]), "to": _day(value[1])}
    if op in DATE_OPS:
        return str(DATE_OPS[op]).format(_day(value) if op in {"before", "after"} else days(value))
    return ""


def _plain(rule: Rule, entry: str, names: Names) -> str:
    """The field's label and the operator's words."""
    op, label = rule["op"], _label(rule, entry, names)
    value = cast(Any, rule.get("value"))
    kind = _kind(rule, entry)
    if kind == "number" and (op in AMOUNT_OPS or op == "between"):
        amount = _amount(op, value, lambda v: unit(rule["field"], v, names))
        return _("%(field)s is %(amount)s") % {"field": label, "amount": amount}
    if kind == "date" and _moment(op, value):
        return _("%(field)s is %(when)s") % {"field": label, "when": _moment(op, value)}
    if op == "anniversary_within_days":
        words = ngettext(
            "%(field)s has its anniversary within %(count)s day",
            "%(field)s has its anniversary within %(count)s days",
            int(value),
        )
        today = _("%(field)s has its anniversary today")
        return (words if value else today) % {"field": label, "count": figure(value)}
    known = {"field": label, "comparison": _operator(rule, kind, entry, names)}
    return _("%(field)s %(comparison)s") % known


def _operator(rule: Rule, kind: str, entry: str, names: Names) -> str:
    value = rule.get("value")
    if isinstance(value, list):
        told = [_value(v, rule, entry, names) for v in value[:FEW]]
        said = listed([*told, "…"] if len(value) > FEW else told)
    else:
        said = "" if value is None else _value(value, rule, entry, names)
    return str(OPERATORS[kind][rule["op"]].words).replace("{}", said)


def _value(value: Any, rule: Rule, entry: str, names: Names) -> str:
    if isinstance(value, str):
        key = rule["field"].partition(".")[2] if entry.endswith("*") else ""
        return f"“{names.value(entry, key, value)}”"
    return unit(rule["field"], value, names)


def _kind(rule: Rule, entry: str) -> str:
    kind, _expression, _label = found(rule["field"], "")
    if kind == "json":
        return rule.get("as") or json_values.kind_of(rule["op"], rule.get("value"))
    return kind


def _label(rule: Rule, entry: str, names: Names) -> str:
    _kind, _expression, label = found(rule["field"], "")
    if not entry.endswith("*"):
        return str(label)
    key = names.key(entry, rule["field"].partition(".")[2])
    return _("%(field)s “%(key)s”") % {"field": label, "key": key}


def _amount(op: str, value: Any, say: Any) -> str:
    if op == "between":
        return _("between %(from)s and %(to)s") % {"from": say(value[0]), "to": say(value[1])}
    return str(AMOUNT_OPS[op]).format(say(value))


def unit(field: str, value: float, names: Names) -> str:
    """A number of a field: money with its sign, a share in percent."""
    if field.startswith("facts.") and field.endswith("_cents"):
        return money.said(value, names.currency)
    if field.startswith("facts.") and field.endswith("_fraction"):
        return _("%s %%") % figure(round(value * 100, 6))
    return figure(value)


def _day(value: str) -> str:
    day = values.day(value)
    if day is not None:
        return date_format(day, "DATE_FORMAT")
    moment = values.moment(value)
    return date_format(moment, "DATETIME_FORMAT") + f" {moment:%Z}" if moment else value
