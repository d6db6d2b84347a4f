"""How somebody enters a campaign, in words."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from campaigns import cron_words
from campaigns.plan_names import PlanNames
from segments import deed_wording, touchpoint_words
from segments.counted_words import days


def said(entry: dict[str, Any], names: PlanNames) -> str:
    """One sentence: "Enters at the stage “At risk”", "Enters every Monday at 09:00"."""
    leaves = entry.get("on") == "leave"
    if "stage" in entry:
        words = _("Enters on leaving the stage “%s”") if leaves else _("Enters at the stage “%s”")
        return words % names.stage(entry)
    if "segment" in entry:
        words = (
            _("Enters on leaving the segment “%s”") if leaves else _("Enters in the segment “%s”")
        )
        return words % names.segment(entry["segment"])
    if "touchpoint" in entry:
        return _deed(entry)
    if "at" in entry:
        at = date_format(datetime.fromisoformat(entry["at"]), "DATETIME_FORMAT")
        return _("Enters on %(at)s, %(zone)s") % {"at": at, "zone": _zone(entry)}
    if "cron" in entry:
        return _("Enters %(times)s, %(zone)s") % {
            "times": cron_words.said(entry["cron"]), "zone": _zone(entry)}  # fmt: skip
    return _date(entry) if "date" in entry else _("Enters when the shop asks for it")


def _deed(entry: dict[str, Any]) -> str:
    deed = deed_wording.where(entry, touchpoint_words.done(entry["touchpoint"]))
    words = _("Enters whoever %s") % deed
    if "after_hours" in entry:
        known = {"said": words, "hours": number_format(entry["after_hours"])}
        words = _("%(said)s, %(hours)s hours later") % known
    if "unless" in entry:
        known = {"said": words, "deed": touchpoint_words.done(entry["unless"])}
        words = _("%(said)s, unless they %(deed)s meanwhile") % known
    return words


def _date(entry: dict[str, Any]) -> str:
    moved = entry.get("days", 0)
    known = {"date": entry["date"].replace("_", " "), "days": days(abs(moved))}
    if not moved:
        return _("Enters on the date “%(date)s”") % known
    if moved < 0:
        return _("Enters %(days)s before the date “%(date)s”") % known
    return _("Enters %(days)s after the date “%(date)s”") % known


def _zone(entry: dict[str, Any]) -> str:
    named = {"shop": _("shop’s time"), "customer": _("everybody’s own time")}
    zone = str(entry.get("zone", "shop"))
    return named.get(zone, zone)
