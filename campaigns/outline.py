"""A plan in the marketer's words: one line a step, indented as deep as it lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from campaigns import where
from segments import deed_wording, rules


@dataclass(frozen=True)
class Line:
    """A sentence and how deep it lies in the tree."""

    depth: int
    words: str


def lines(plan: dict[str, Any]) -> list[Line]:
    """The whole plan: who enters, who does not, the steps, and what ends it."""
    found = [Line(0, _entry(plan["entry"]))]
    for key, words in (
        ("audience", _("only those who: %s")),
        ("exclude", _("but not those who: %s")),
    ):
        if key in plan:
            found.append(Line(1, words % rules.describe(plan[key])))
    found += list(_steps(plan["steps"], 0))
    if "goal" in plan:
        goal = plan["goal"]
        done = deed_wording.where(goal, goal["touchpoint"])
        found.append(Line(0, _("Ends for whoever did %s.") % done))
    if "exit" in plan:
        found.append(Line(0, _("Ends for whoever: %s.") % rules.describe(plan["exit"])))
    return found


def _entry(entry: dict[str, Any]) -> str:
    leaves = entry.get("on") == "leave"
    if "stage" in entry:
        words = _("Enters on leaving the stage %s") if leaves else _("Enters at the stage %s")
        return words % entry["stage"]
    if "segment" in entry:
        words = _("Enters on leaving the segment %s") if leaves else _("Enters in the segment %s")
        return words % entry["segment"]
    if "touchpoint" in entry:
        return _touchpoint(entry)
    if "at" in entry:
        return _("Enters at %(at)s (%(zone)s)") % {"zone": _("shop’s time"), **entry}
    if "cron" in entry:
        return _("Enters again and again: %s") % entry["cron"]
    if "date" in entry:
        known = {"date": entry["date"], "days": entry.get("days", 0)}
        return _("Enters on the date in “%(date)s”, moved by %(days)d days") % known
    return _("Enters when the shop asks for it")


def _touchpoint(entry: dict[str, Any]) -> str:
    words = _("Enters on %s") % _either(entry["touchpoint"])
    if "after_hours" in entry:
        words += " " + _("after %s hours") % number_format(entry["after_hours"])
    if "unless" in entry:
        words += " " + _("unless %s came") % _either(entry["unless"])
    return words


def _either(kinds: str | list[str]) -> str:
    return _(" or ").join(where.kinds(kinds))


def _steps(steps: list[dict[str, Any]], depth: int) -> Iterator[Line]:
    for step in steps:
        yield Line(depth, said(step))
        for label, part in _parts(step):
            yield Line(depth + 1, label)
            yield from _steps(part, depth + 2)


def _parts(step: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for way in step.get("branch", []):
        yield _("if %s:") % rules.describe(way["if"]), way["steps"]
    for way in step.get("split", []):
        yield f"{way['name']} ({number_format(way['percent'])} %):", way["steps"]
    named = {"else": _("otherwise:"), "came": _("if it came:"), "missed": _("if it did not:")}
    for key, label in named.items():
        if step.get(key):
            yield label, step[key]


def said(step: dict[str, Any]) -> str:
    """One step, without the parts inside it."""
    sentences = {
        "send": _("Send “%s”"),
        "wait_days": _("Wait %s days"),
        "add_to": _("Put into the segment %s"),
        "tell": _("Tell the shop: %s"),
        "stop": _("Stop: %s"),
    }
    for key, words in sentences.items():
        if key in step:
            return words % step[key]
    if "wait" in step:
        return _wait(step["wait"])
    if "wait_for" in step:
        return _("Wait for %(touchpoint)s, at most %(hours)s hours") % step["wait_for"]
    if "set" in step:
        return _("Note %s") % ", ".join(f"{key} = {value}" for key, value in step["set"].items())
    return _("One of several ways") if "branch" in step else _("Split by chance")


def _wait(wait: dict[str, Any]) -> str:
    if "until" in wait:
        known = {"until": wait["until"], "day": wait.get("weekday", _("any day"))}
        return _("Wait until %(until)s, %(day)s") % known
    if "best_hour" in wait:
        return _("Wait for the customer’s best hour")
    if "usual_gap" in wait:
        return _("Wait until %s of the customer’s usual times between orders have passed") % (
            number_format(wait["usual_gap"])
        )
    known = {"days": wait.get("days", 0), "hours": wait.get("hours", 0)}
    return _("Wait %(days)s days and %(hours)s hours") % known
