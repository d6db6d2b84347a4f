"""What may be filled in of a plan beside its steps: who enters, whom it is for, what ends it."""

from typing import Any

from django.utils.translation import gettext as _

from campaigns.editor_fields import field, options
from journeys.models import Stage
from segments.models import Segment
from shops.models import Shop


def form(shop: Shop) -> dict[str, Any]:
    """The kinds of entry, each with its fields, and what else stands beside the steps."""
    return {"label": _("Who enters"), "shapes": _shapes(shop), "also": _also()}


def _shapes(shop: Shop) -> list[dict[str, Any]]:
    stages = options(Stage.objects.filter(shop=shop).order_by("journey", "position"))
    segments = options(Segment.in_use.filter(shop=shop).order_by("name"))
    moves = [
        {"value": "", "label": _("on coming to it")},
        {"value": "leave", "label": _("on leaving it")},
    ]
    zones = field(
        "zone", _("Time zone"), help=_("“shop”, “customer” or a zone such as Asia/Tokyo.")
    )
    return [
        _shape("touchpoint", _("whoever does something"), {"touchpoint": "order.placed"}, [
            field("touchpoint", _("Kinds of touchpoint"), "words"),
            field("after_hours", _("So many hours later"), "number"),
            field("unless", _("Unless one of these came in between"), "words"),
            field("where", _("Only where its data say"), "where"),
        ]),
        _shape("stage", _("whoever comes to a stage"), {"stage": _first(stages)}, [
            field("stage", _("Stage"), "select", options=stages),
            field("journey", _("Journey, if not the lifecycle")),
            field("on", _("When"), "select", options=moves),
        ]),
        _shape("segment", _("whoever comes into a segment"), {"segment": _first(segments)}, [
            field("segment", _("Segment"), "select", options=segments),
            field("on", _("When"), "select", options=moves),
        ]),
        _shape("at", _("everybody, once"), {"at": "2027-01-15T09:00"}, [
            field("at", _("At"), "datetime-local"), zones,
        ]),
        _shape("cron", _("everybody, again and again"), {"cron": "0 9 * * 1"}, [
            field("cron", _("Minute, hour, day, month, weekday")), zones,
        ]),
        _shape("date", _("everybody on a date of their own"),
               {"date": "birthday", "yearly": True}, [
            field("date", _("Attribute with the date")),
            field("days", _("So many days later (before: negative)"), "number"),
            field("time", _("At"), "time"),
            field("yearly", _("Every year"), "check"),
        ]),
        _shape("api", _("whom the shop names by API"), {"api": True}, []),
    ]  # fmt: skip


def _shape(name: str, label: str, first: dict[str, Any], fields: list[Any]) -> dict[str, Any]:
    return {"name": name, "label": label, "has": [name], "first": first, "fields": fields}


def _first(known: list[dict[str, str]]) -> str:
    return known[0]["value"] if known else ""


def _also() -> list[dict[str, Any]]:
    return [
        field("audience", _("Only those who"), "rule"),
        field("exclude", _("Not those who"), "rule"),
        field(
            "touchpoint",
            _("Goal: ends for whoever does this"),
            within="goal",
            needs="touchpoint",
        ),
        field(
            "where",
            _("Goal: only where its data say"),
            "where",
            within="goal",
            needs="touchpoint",
        ),
        field("exit", _("Ends for whoever"), "rule"),
        field(
            "reentry",
            _("Again after so many days"),
            "again",
            help=_("“never”, or nothing for at once."),
        ),
        field("late_hours", _("Not later than so many hours"), "number"),
    ]
