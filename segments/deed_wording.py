"""What customers did or did not do, in words."""

from typing import Any

from django.utils.translation import gettext as _

from segments import json_values
from segments.builder import Rule
from segments.counted_words import days, figure, times
from segments.operators import OPERATORS
from segments.touchpoint_words import done as did_it
from segments.touchpoint_words import not_done as do_it


def done(deed: Rule) -> str:
    """ "viewed a product at least twice in the last 30 days and then did not order"."""
    said = did_it(deed["touchpoint"])
    if "exactly" in deed:
        how = _never(deed) if deed["exactly"] == 0 else ""
        return _told(deed, how or f"{said} {_('exactly %s') % times(deed['exactly'])}")
    if "at_most" in deed:
        how = _never(deed) if deed["at_most"] == 0 else ""
        return _told(deed, how or f"{said} {_('at most %s') % times(deed['at_most'])}")
    return _told(deed, f"{said} {_('at least %s') % times(deed.get('times', 1))}")


def not_done(deed: Rule) -> str:
    """The same denied: "did not order in the last 180 days"."""
    said = did_it(deed["touchpoint"])
    if "exactly" in deed:
        return _told(deed, f"{said} {_('not exactly %s') % times(deed['exactly'])}")
    if "at_most" in deed:
        return _told(deed, f"{said} {_('more than %s') % times(deed['at_most'])}")
    least = deed.get("times", 1)
    if least == 1:
        return _told(deed, _never(deed))
    return _told(deed, f"{said} {_('fewer than %s') % times(least)}")


def _never(deed: Rule) -> str:
    return _("did not %s") % do_it(deed["touchpoint"])


def _told(deed: Rule, said: str) -> str:
    words = [said, *_when(deed), *_where(deed)]
    then = deed.get("then")
    while then:
        refused = then.get("not")
        after = _("and then did not %s") % do_it(then["touchpoint"])
        words.append(after if refused else _("and then %s") % did_it(then["touchpoint"]))
        words += _where(then)
        if then.get("same"):
            words.append(_("with the same %s") % _(" and ").join(map(_key, then["same"])))
        if "within" in then:
            words.append(_("within %s") % days(then["within"]))
        then = then.get("then")
    return " ".join(words)


def _when(deed: Rule) -> list[str]:
    if "within" in deed and "until" in deed:
        said = _("between %(from)s and %(to)s ago")
        return [said % {"from": figure(deed["until"]), "to": days(deed["within"])}]
    if "within" in deed:
        return [_("in the last %s") % days(deed["within"])]
    return [_("more than %s ago") % days(deed["until"])] if "until" in deed else []


def _where(deed: Rule) -> list[str]:
    if not deed.get("where"):
        return []
    return [_("where %s") % _(" and ").join(_clause(k, v) for k, v in deed["where"].items())]


def _clause(key: str, wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return f"{_key(key)} {_('is %s') % _value(wanted)}"
    value = wanted.get("value")
    kind = wanted.get("as") or json_values.kind_of(wanted["op"], value)
    listed = value if isinstance(value, list) else [value]
    said = ", ".join(_value(v) for v in listed if v is not None)
    return f"{_key(key)} {str(OPERATORS[kind][wanted['op']].words).replace('{}', said)}"


def _value(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else figure(value)


def _key(key: str) -> str:
    return key.replace("_", " ")
