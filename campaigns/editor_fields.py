"""What a marketer may fill in for each kind of step: the editor's forms are made from this."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns import cron_words, liquid_names
from campaigns.models import Template
from campaigns.plan_schema import WEEKDAYS
from campaigns.translation_models import Translation
from segments.models import Segment
from shops import locales
from shops.models import Shop


def kinds(shop: Shop) -> list[dict[str, Any]]:
    """Every kind of step: its name, words, fields, and what a new one is like."""
    return [_send(shop), _waits(), _wait_for(), *_forks(), *_deeds(shop)]


def _send(shop: Shop) -> dict[str, Any]:
    templates = options(Template.objects.filter(shop=shop).order_by("name"))
    channels = [{"value": name, "label": name} for name in settings.CHANNELS]
    return {
        "name": "send",
        "label": _("Send a message"),
        "help": _("Plans it now; quiet hours, caps and permissions have the last word."),
        "first": {"send": templates[0]["value"] if templates else ""},
        "fields": [field("send", _("Template"), "select", options=templates)],
        "languages": _languages(shop),
        "also": [field("channel", _("Channel"), "select", options=channels)],
    }


def _languages(shop: Shop) -> dict[str, list[tuple[str, str]]]:
    """Of each template that has any: its further languages, for a test of another subject."""
    rows = Translation.objects.filter(shop=shop).order_by("template", "language")
    found: dict[str, list[tuple[str, str]]] = {}
    for key, language in rows.values_list("template__key", "language"):
        found.setdefault(key, []).append((language, locales.language(language)))
    return found


def _wait_for() -> dict[str, Any]:
    return {
        "name": "wait_for",
        "label": _("Wait for something to happen"),
        "help": _("Goes on at once when it happens, or when the time is over."),
        "first": {"wait_for": {"touchpoint": "order.placed", "hours": 48}},
        "object": True,
        "fields": [
            field("touchpoint", _("Kind of touchpoint")),
            field("hours", _("At most, in hours"), "number"),
            field("where", _("Only where its data say"), "where"),
        ],
    }


def _forks() -> list[dict[str, Any]]:
    learn = _("Send more people the way that wins more buyers")
    return [
        {
            "name": "branch",
            "label": _("Branch by rule"),
            "help": _("Everybody takes the first way whose rule holds, or the other one."),
            "first": {"branch": [{"if": _rule(), "steps": []}]},
            "way": {"if": _rule(), "steps": []},
            "fields": [field("if", _("Rule"), "rule", open=True)],
        },
        {
            "name": "split",
            "label": _("Split by chance"),
            "help": _("Shares must add up to 100; a customer's side is stable."),
            "also": [field("learn", learn, "check")],
            "first": {"split": [{"name": name, "percent": 50, "steps": []} for name in ("A", "B")]},
            "way": {"name": "C", "percent": 0, "steps": []},
            "fields": [field("name", _("Name")), field("percent", _("Percent"), "number")],
        },
    ]


def _deeds(shop: Shop) -> list[dict[str, Any]]:
    fixed = options(Segment.in_use.filter(shop=shop, kind="static").order_by("name"))
    return [
        {
            "name": "set",
            "label": _("Note attributes"),
            "help": _("Written to the customer; rules can ask for them."),
            "first": {"set": {"attribute": "value"}},
            "fields": [field("set", _("Attributes"), "values")],
        },
        {
            "name": "add_to",
            "label": _("Put into a segment"),
            "help": _("Into a segment that no rule fills."),
            "first": {"add_to": fixed[0]["value"] if fixed else ""},
            "fields": [field("add_to", _("Segment"), "select", options=fixed)],
        },
        {
            "name": "tell",
            "label": _("Tell the shop"),
            "help": _("Its endpoints get the event “campaign.step_reached” with this name."),
            "first": {"tell": "step"},
            "fields": [field("tell", _("Name"))],
        },
        {
            "name": "stop",
            "label": _("Stop"),
            "help": _("Ends the way, with this reason."),
            "first": {"stop": "done"},
            "fields": [field("stop", _("Reason"))],
        },
        {
            "name": "wait_days",
            "label": _("Wait some days"),
            "help": "",
            "hidden": True,
            "first": {"wait_days": 1},
            "fields": [field("wait_days", _("Days"), "number")],
        },
    ]


def _waits() -> dict[str, Any]:
    days = [{"value": "", "label": _("any day")}]
    names = cron_words.weekdays()
    days += [{"value": key, "label": name} for key, name in zip(WEEKDAYS, names, strict=True)]
    return {
        "name": "wait", "label": _("Wait"), "help": _("On the customer's own clock."),
        "first": {"wait": {"days": 1}},
        "shapes": [
            {"name": "time", "label": _("for some time"), "has": ["days", "hours"],
             "first": {"days": 1},
             "fields": [field("days", _("Days"), "number"),
                        field("hours", _("Hours"), "number")]},
            {"name": "until", "label": _("until a time of the day"), "has": ["until"],
             "first": {"until": "09:00"},
             "fields": [field("until", _("Time"), "time"),
                        field("weekday", _("Weekday"), "select", options=days)]},
            {"name": "best_hour", "label": _("until their best hour"), "has": ["best_hour"],
             "first": {"best_hour": True}, "fields": []},
            {"name": "usual_gap", "label": _("by their usual time between orders"),
             "has": ["usual_gap"], "first": {"usual_gap": 0.9},
             "fields": [field("usual_gap", _("How many of it"), "number")]},
        ],
    }  # fmt: skip


def _rule() -> dict[str, Any]:
    return {"field": "facts.order_count", "op": ">=", "value": 2}


def field(name: str, label: str, type: str = "text", **more: Any) -> dict[str, Any]:
    """One control: its name in the plan, its label, and what kind it is."""
    return {"name": name, "label": label, "type": type, **more}


def options(rows: Any) -> list[dict[str, str]]:
    """Rows to choose from, by key."""
    return [{"value": key, "label": name} for key, name in rows.values_list("key", "name")]


def words() -> dict[str, Any]:
    """What else the editor says."""
    return {
        "insert": _("Insert a personal field"),
        "liquid": liquid_names.told(),
        "entry": _("Entry, goal and exit"),
        "entryHelp": _("Who enters, whom it is for, and what ends it."),
        "end": _("Went through"),
        "if": _("if"),
        "else": _("otherwise"),
        "came": _("if it came"),
        "missed": _("if it did not"),
        "way": _("Way"),
        "addWay": _("Add a way"),
        "removeWay": _("Take this way away"),
        "wayHelp": _("A step added now becomes the first of this way."),
        "name": _("Name"),
        "value": _("Value"),
        "kind": _("Kind of value"),
        "text": _("text"),
        "number": _("number"),
        "check": _("yes or no"),
        "yes": _("yes"),
        "no": _("no"),
        "drop": _("Remove"),
        "addValue": _("another one"),
        "subjectTest": _("Test another subject"),
        "subjectOther": _("The other subject"),
        "subjectHelp": _("Half of the people get it, in a copy of this mail."),
        "subjectIn": _("The other subject in: %s"),
        "subjectMake": _("Split the step"),
        "fits": _("The plan can run."),
    }
