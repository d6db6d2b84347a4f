"""What customers did or did not do, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from segments import json_values
from segments.builder import Rule
from segments.counted_words import days, figure, listed, times
from segments.operators import OPERATORS
from segments.touchpoint_words import done as did_it
from segments.touchpoint_words import not_done as do_it

# What connectors and the page script tell; a shop's own keys stand as they are.
KEYS = {
    "category": gettext_lazy("category"),
    "product": gettext_lazy("product"),
    "rating": gettext_lazy("number of stars"),
    "total_cents": gettext_lazy("total in cents"),
}


def done(deed: Rule) -> str:
    """ "viewed a product at least twice in the last 30 days and then did not order"."""
    said = did_it(deed["touchpoint"])
    if "exactly" in deed:
        if deed["exactly"] == 0:
            return _told(deed, _never(deed))
        return _often(deed, said, _("%(deed)s exactly %(times)s"), deed["exactly"])
    if "at_most" in deed:
        if deed["at_most"] == 0:
            return _told(deed, _never(deed))
        return _often(deed, said, _("%(deed)s at most %(times)s"), deed["at_most"])
    return _often(deed, said, _("%(deed)s at least %(times)s"), deed.get("times", 1))


def not_done(deed: Rule) -> str:
    """The same denied: "did not order in the last 180 days"."""
    said = did_it(deed["touchpoint"])
    if "exactly" in deed:
        return _often(deed, said, _("%(deed)s not exactly %(times)s"), deed["exactly"])
    if "at_most" in deed:
        return _often(deed, said, _("%(deed)s more than %(times)s"), deed["at_most"])
    least = deed.get("times", 1)
    if least == 1:
        return _told(deed, _never(deed))
    return _often(deed, said, _("%(deed)s fewer than %(times)s"), least)


def _never(deed: Rule) -> str:
    return _("did not %s") % do_it(deed["touchpoint"])


def _often(deed: Rule, said: str, words: str, count: float) -> str:
    return _told(deed, words % {"deed": said, "times": times(count)})


def _told(deed: Rule, said: str) -> str:
    """The deed with its time and its conditions, and what followed it.

    Each part is a sentence around the one before: other languages put them in another order.
    """
    said = where(deed, _when(deed, said))
    return said if "then" not in deed else _followed(said, deed["then"])


def _followed(said: str, then: Rule) -> str:
    following = _never(then) if then.get("not") else did_it(then["touchpoint"])
    following = where(then, following)
    if then.get("same"):
        keys = pgettext("between names", " and ").join(map(_key, then["same"]))
        following = _("%(deed)s with the same %(keys)s") % {"deed": following, "keys": keys}
    if "within" in then:
        length = days(then["within"])
        following = _("%(deed)s within %(days)s") % {"deed": following, "days": length}
    if "then" in then:
        following = _followed(following, then["then"])
    return _("%(deed)s and then %(following)s") % {"deed": said, "following": following}


def _when(deed: Rule, said: str) -> str:
    known = {"deed": said}
    if "within" in deed and "until" in deed:
        known |= {"from": figure(deed["until"]), "to": days(deed["within"])}
        return _("%(deed)s between %(from)s and %(to)s ago") % known
    if "within" in deed:
        return _("%(deed)s in the last %(days)s") % {**known, "days": days(deed["within"])}
    if "until" in deed:
        return _("%(deed)s more than %(days)s ago") % {**known, "days": days(deed["until"])}
    return said


def where(deed: Rule, said: str) -> str:
    """The deed with the conditions on what it says."""
    if not deed.get("where"):
        return said
    clauses = _(" and ").join(_clause(key, value) for key, value in deed["where"].items())
    return _("%(deed)s where %(clauses)s") % {"deed": said, "clauses": clauses}


def _clause(key: str, wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return _compared(key, _("is %s") % _value(wanted))
    value = wanted.get("value")
    kind = wanted.get("as") or json_values.kind_of(wanted["op"], value)
    values = value if isinstance(value, list) else [value]
    said = listed(_value(v) for v in values if v is not None)
    return _compared(key, str(OPERATORS[kind][wanted["op"]].words).replace("{}", said))


def _compared(key: str, comparison: str) -> str:
    return _("%(field)s %(comparison)s") % {"field": _key(key), "comparison": comparison}


def _value(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else figure(value)


def _key(key: str) -> str:
    return str(KEYS.get(key, key.replace("_", " ")))
