"""What the page of a replay shows: its figures in words, charts and a table of people."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Replay
from campaigns.wording import figure, money, outcome, percent, reason, status
from customers.models import Customer


def show(last: Replay) -> dict[str, Any]:
    """The page of a replay that is done."""
    told = last.result
    size = told["one_in"]
    sent = size * sum(count for state, _why, count in told["messages"] if state == "sent")
    return {
        "is_of_other_plan": bool(last.campaign and last.plan != last.campaign.plan),
        "since": date_format(datetime.fromisoformat(told["start"]), "DATE_FORMAT"),
        "figures": [
            (_("Would have entered"), figure(size * told["entered"]), _at_launch(told)),
            (_("Messages"), figure(sent), _a_day(sent, last.days)),
            (
                _("Most in one day to one person"),
                figure(told["most_in_a_day"]),
                _("all campaigns that run today together"),
            ),
            (
                _("Met a frequency cap"),
                figure(size * told["caps"]["waited_or_refused"]),
                _("%s not sent for it") % figure(size * told["caps"]["refused"]),
            ),
        ],
        "entries": {"chart": _entries(told)},
        "messages": [
            (status(state), reason(why), figure(size * count))
            for state, why, count in told["messages"]
        ],
        "ways": [(outcome(name), figure(size * count)) for name, count in told["outcomes"]],
        "per_person": [(times, size * people) for times, people in told["per_person"]],
        "conflicts": told["conflicts"],
        "beside": told["beside"],
        "bought": _bought(told, last),
        "people": _people(told, last),
        "size": size,
    }


def _at_launch(told: dict[str, Any]) -> str:
    size = told["one_in"]
    known = {
        "launch": figure(size * told["at_launch"]),
        "held": figure(size * told["held_out"]),
    }
    return _("%(launch)s at the launch; %(held)s held out") % known


def _a_day(sent: int, days: int) -> str:
    return _("%s a day") % figure(round(sent / max(1, days), 1))


def _entries(told: dict[str, Any]) -> dict[str, Any]:
    size = told["one_in"]
    return {
        "kind": "bar",
        "labels": [
            date_format(datetime.fromisoformat(day), "MONTH_DAY_FORMAT")
            for day, *_rest in told["days"]
        ],
        "series": [
            {"name": _("Entered"), "values": [size * row[1] for row in told["days"]]},
            {"name": _("Messages"), "values": [size * row[3] for row in told["days"]]},
        ],
    }


def _bought(told: dict[str, Any], last: Replay) -> list[str]:
    """Honest words: the orders came without the campaign."""
    found = told["bought"]
    if not found["people"]:
        return [
            _("Nobody entered early enough to see the %d days after.") % found["days"],
        ]
    size = told["one_in"]
    known = {
        "people": figure(size * found["people"]),
        "buyers": figure(size * found["buyers"]),
        "share": percent(found["buyers"] / found["people"]),
        "orders": figure(size * found["orders"]),
        "revenue": money(size * found["revenue_cents"], last.shop.currency),
        "days": found["days"],
        "hoped": found["hoped_for_percent"],
    }
    words = [
        _(
            "Of %(people)s people who would have entered at least %(days)d days ago, %(buyers)s"
            " (%(share)s) ordered within %(days)d days: %(orders)s orders, %(revenue)s."
        )
        % known,
        _("They did so without this campaign: expect as many."),
        _("What the campaign adds, only the holdout can show."),
    ]
    weeks = found["weeks_to_proof"]
    if weeks:
        said = ngettext(
            "A quarter more buyers would be proved about %d week after the launch.",
            "A quarter more buyers would be proved about %d weeks after the launch.",
            weeks,
        )
        return [*words, said % weeks]
    return [*words, _("At this pace even a quarter more buyers would not be proved in two years.")]


def _people(told: dict[str, Any], last: Replay) -> list[dict[str, Any]]:
    """The first who would have entered; whoever was erased since is left out."""
    rows = told["examples"]
    known = Customer.objects.filter(shop=last.shop_id).in_bulk([pk for pk, *_rest in rows])
    return [
        {
            "customer": known[pk],
            "at": localtime(datetime.fromisoformat(at)),
            "held_out": held_out,
            "cause": cause or "",
            "way": outcome(way),
            "messages": messages,
        }
        for pk, at, held_out, cause, way, messages in rows
        if pk in known
    ]
