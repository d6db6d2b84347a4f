"""A plan in the marketer's words: one line a step, indented as deep as it lies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaigns import cron_words, entry_words
from campaigns.plan_names import PlanNames
from campaigns.plan_schema import WEEKDAYS
from segments import deed_wording, rules, touchpoint_words
from segments.counted_words import days, figure
from shops import code_words
from shops.models import Shop

NOBODY = PlanNames()


@dataclass(frozen=True)
class Line:
    """A sentence and how deep it lies in the tree."""

    depth: int
    words: str


def lines(
    plan: dict[str, Any], shop: Shop | None = None, templates: Mapping[str, Any] | None = None
) -> list[Line]:
    """The whole plan: who enters, who does not, the steps, and what ends it.

    With the shop its keys are said by their names, without it those of ready-made stages.
    """
    names = PlanNames(shop, templates)
    found = [Line(0, entry_words.said(plan["entry"], names))]
    for key, words in (
        ("audience", _("only those who: %s")),
        ("exclude", _("but not those who: %s")),
    ):
        if key in plan:
            found.append(Line(1, words % rules.describe(plan[key], names=names)))
    found += list(_steps(plan["steps"], 0, names))
    if "goal" in plan:
        goal = plan["goal"]
        done = deed_wording.where(goal, touchpoint_words.done(goal["touchpoint"]))
        found.append(Line(0, _("Ends for whoever %s.") % done))
    if "exit" in plan:
        ends = rules.describe(plan["exit"], names=names)
        found.append(Line(0, _("Ends for whoever: %s.") % ends))
    return found


def of_text(text: dict[str, Any], shop: Shop | None = None) -> list[Line]:
    """The plan of a campaign's text, with the names of the templates that it brings along."""
    return lines(text["plan"], shop, text.get("templates"))


def _steps(steps: list[dict[str, Any]], depth: int, names: PlanNames) -> Iterator[Line]:
    for step in steps:
        yield Line(depth, said(step, names))
        for label, part in _parts(step, names):
            yield Line(depth + 1, label)
            yield from _steps(part, depth + 2, names)


def _parts(step: dict[str, Any], names: PlanNames) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for way in step.get("branch", []):
        yield _("if %s:") % rules.describe(way["if"], names=names), way["steps"]
    for way in step.get("split", []):
        yield f"{way['name']} ({number_format(way['percent'])} %):", way["steps"]
    named = {
        "else": _("otherwise:"),
        "came": _("who did:"),
        "missed": _("who did not:"),
    }
    for key, label in named.items():
        if step.get(key):
            yield label, step[key]


def said(step: dict[str, Any], names: PlanNames = NOBODY) -> str:
    """One step, without the parts inside it."""
    if "send" in step:
        return _send(step, names)
    if "wait_days" in step:
        return _("Wait %s") % days(step["wait_days"])
    if "wait" in step:
        return _wait(step["wait"])
    if "wait_for" in step:
        wait = step["wait_for"]
        done = deed_wording.where(wait, touchpoint_words.done(wait["touchpoint"]))
        known = {"deed": done, "hours": figure(wait["hours"])}
        return _("Wait and see who %(deed)s within %(hours)s hours") % known
    if "add_to" in step:
        return _("Put into the segment “%s”") % names.segment(step["add_to"])
    if "set" in step:
        return _("Note %s") % ", ".join(f"{key} = {value}" for key, value in step["set"].items())
    for key, words in (("tell", _("Tell the shop: %s")), ("stop", _("Stop: %s"))):
        if key in step:
            return words % step[key]
    return _("One of several ways") if "branch" in step else _("Split by chance")


def _send(step: dict[str, Any], names: PlanNames) -> str:
    channel, name = step.get("channel", "email"), names.template(step["send"])
    if channel == "email":
        return _("Send “%s”") % name
    return _("Send “%(name)s” as %(channel)s") % {"name": name, "channel": code_words.said(channel)}


def _wait(wait: dict[str, Any]) -> str:
    if "until" in wait:
        named = dict(zip(WEEKDAYS, cron_words.weekdays(), strict=True))
        known = {"until": wait["until"], "day": named.get(wait.get("weekday", ""), _("any day"))}
        return _("Wait until %(until)s, %(day)s") % known
    if "best_hour" in wait:
        return _("Wait for the customer’s best hour")
    if "usual_gap" in wait:
        return _("Wait until %s of the customer’s usual times between orders have passed") % (
            number_format(wait["usual_gap"])
        )
    told = [days(wait["days"])] if wait.get("days") else []
    if wait.get("hours") or not told:
        told.append(_("%s hours") % figure(wait.get("hours", 0)))
    return _("Wait %s") % pgettext("between names", " and ").join(told)
