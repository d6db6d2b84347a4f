"""What was seen of a customer, in words: why they are in a segment, or not."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from segments.choices import Names
from segments.comparisons import entry_of, found
from segments.counted_words import listed, times
from segments.faults import RuleError
from segments.field_words import AMOUNTS, DATES, TIMES, YES_NO
from segments.touchpoint_words import done, not_done
from segments.wording import unit


def told(seen: dict[str, Any], names: Names) -> list[str]:
    """The values that a compiled rule shows (`Compiled.seen`), each as a few words."""
    return [_said(name, value, names) for name, value in seen.items()]


def _said(name: str, value: Any, names: Names) -> str:
    if name == "edit":
        return _("by hand")
    if name == "file":
        return _("by the file “%s”") % value
    if name.startswith("did "):
        return _deed(name.removeprefix("did ").split(" / "), value or {})
    if name.startswith("segment "):
        said = _("is in the segment “%s”") if value else _("is not in the segment “%s”")
        return said % names.segment(name.removeprefix("segment "))
    try:
        return _field(name, value, names)
    except RuleError:  # shown by a rule of before, of a field that is gone
        return f"{name}: {value}"


def _deed(kinds: list[str], value: dict[str, Any]) -> str:
    if not value.get("times"):
        return _("did not %s") % not_done(kinds)
    known = {"deed": done(kinds), "times": times(value["times"])}
    said = _("%(deed)s %(times)s") % known
    last = parse_datetime(str(value.get("last")))
    return said + (_(", last on %s") % date_format(last, "DATE_FORMAT") if last else "")


def _field(name: str, value: Any, names: Names) -> str:
    entry, key = entry_of(name), name.partition(".")[2]
    kind, _sql, label = found(name, "")
    if entry in YES_NO:
        return str(YES_NO[entry][not value]) % names.key(entry, key)
    if entry in TIMES and value is not None:
        often, never = TIMES[entry]
        return str(often).format(times(value)) if value else str(never)
    if entry in AMOUNTS and value is not None:
        return str(AMOUNTS[entry]).format(unit(name, value, names))
    if entry in DATES:
        when, _known, unknown = (str(words).replace("%s", key) for words in DATES[entry])
        return when.format(_("on %s") % _day(value)) if value else unknown
    if entry.endswith("*"):
        label = _("%(field)s “%(key)s”") % {"field": label, "key": names.key(entry, key)}
    said = _plain(kind, name, entry, value, names)
    return _("%(field)s: %(value)s") % {"field": label, "value": said}


def _plain(kind: str, name: str, entry: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return unit(name, value, names)
    key = name.partition(".")[2] if entry.endswith("*") else ""
    if isinstance(value, list):
        return listed(names.value(entry, key, str(one)) for one in value[:5]) or _("nothing")
    return _day(value) if kind == "date" else names.value(entry, key, str(value))


def _day(value: Any) -> str:
    moment = value if isinstance(value, date | datetime) else parse_datetime(str(value))
    return date_format(moment, "DATE_FORMAT") if moment else str(value)
