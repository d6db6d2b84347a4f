"""A rule as a sentence in the reader's language."""

import json
from typing import Any

from django.utils.translation import gettext as _

from segments import json_values
from segments.builder import Rule
from segments.comparisons import entry_of, found
from segments.compiler import compile
from segments.faults import RuleError
from segments.operators import OPERATORS


def describe(rule: Rule) -> str:
    """The rule as a sentence; one that does not compile, as it stands."""
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
        return _deed(rule["did"])
    if "segment" in rule:
        return _("is in the segment %s") % rule["segment"]
    return _comparison(rule)


def _comparison(rule: Rule) -> str:
    name = rule["field"]
    kind, _expression, label = found(name, "")
    if kind == "json":
        kind = rule.get("as") or json_values.kind_of(rule["op"], rule.get("value"))
    if entry_of(name).endswith("*"):
        label = f"{label} ({name.partition('.')[2]})"
    words = OPERATORS[kind][rule["op"]].describe(rule.get("value"))
    return f"{label} {words}" + (_(" (customer's time)") if rule.get("zone") == "customer" else "")


def _bracketed(rule: Rule) -> str:
    return f"({_describe(rule)})" if {"all", "any"} & rule.keys() else _describe(rule)


def _deed(deed: Rule) -> str:
    words = [_counted(deed), *_when(deed)]
    then = deed.get("then")
    while then:
        said = _("and then did not do %s") if then.get("not") else _("and then %s")
        words.append(said % _kinds(then))
        words += _where(then)
        if "within" in then:
            words.append(_("within %s days after it") % _number(then["within"]))
        then = then.get("then")
    return " ".join(words)


def _counted(deed: Rule) -> str:
    what = {"what": _kinds(deed)}
    if "exactly" in deed:
        return _("did %(what)s exactly %(times)d times") % {**what, "times": deed["exactly"]}
    if "at_most" in deed:
        return _("did %(what)s at most %(times)d times") % {**what, "times": deed["at_most"]}
    return _("did %(what)s at least %(times)d times") % {**what, "times": deed.get("times", 1)}


def _when(deed: Rule) -> list[str]:
    words = []
    if "within" in deed:
        words.append(_("in the last %s days") % _number(deed["within"]))
    if "until" in deed:
        words.append(_("more than %s days ago") % _number(deed["until"]))
    return words + _where(deed)


def _where(deed: Rule) -> list[str]:
    if not deed.get("where"):
        return []
    return [_("where %s") % ", ".join(_clause(k, v) for k, v in deed["where"].items())]


def _clause(key: str, wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return f"{key} = {wanted}"
    kind = wanted.get("as") or json_values.kind_of(wanted["op"], wanted.get("value"))
    return f"{key} {OPERATORS[kind][wanted['op']].describe(wanted.get('value'))}"


def _kinds(deed: Rule) -> str:
    kinds = deed["touchpoint"]
    return kinds if isinstance(kinds, str) else _(" or ").join(kinds)


def _number(days: float) -> str:
    return f"{days:g}"
