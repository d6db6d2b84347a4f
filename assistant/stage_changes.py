"""What a proposed stage changes, in the words that a marketer has for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from segments import rules
from segments.choices import Names
from segments.counted_words import days
from shops.models import Shop

USUAL: dict[str, Any] = {"name": ""}


@dataclass(frozen=True)
class Change:
    """One thing about a stage: what it was ("" for a new stage) and what it would be."""

    label: str
    was: str
    becomes: str


def of(before: dict[str, Any] | None, after: dict[str, Any], shop: Shop) -> list[Change]:
    """What is different; of a new stage all that is not as it is of most."""
    names = Names(shop)
    was = dict(_said(before or USUAL, names))
    return [
        Change(label, was[label] if before else "", words)
        for label, words in _said(after, names)
        if words != was[label]
    ]


def _said(text: dict[str, Any], names: Names) -> Iterator[tuple[str, str]]:
    for part, (label, words) in _words().items():
        yield label, words(text.get(part), names)


def _words() -> dict[str, tuple[str, Callable[[Any, Names], str]]]:
    return {
        "name": (_("It is called"), lambda name, _names: name),
        "rule": (_("Who is here"), _rule),
        "exit_rule": (_("Who is not here, whatever else is true"), _rule),
        "expected_days": (_("How long a stay may take"), lambda count, _names: _length(count)),
        "outcome": (_("What it means to be here"), lambda key, _names: _outcome(key)),
        "priority": (_("Priority where several rules match"), lambda rank, _names: _number(rank)),
        "position": (_("Place on the map"), lambda place, _names: _number(place)),
    }


def _rule(rule: Any, names: Names) -> str:
    return rules.describe(rule, names=names) if rule else _("nobody")


def _length(count: int | None) -> str:
    return days(count) if count else _("as long as it takes")


def _number(place: int | None) -> str:
    return "" if place is None else str(place)


def _outcome(key: str | None) -> str:
    return {"goal": _("the goal"), "loss": _("a loss")}.get(key or "", _("a step on the way"))
