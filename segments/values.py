"""The values that operators take: what is right, and what to tell who got it wrong."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from segments import patterns

MOST_VALUES, LONGEST_TEXT = 1000, 300
PERIODS = {
    f"{which}_{unit}": (unit, number)
    for unit in ("week", "month", "year")
    for number, which in enumerate(("this", "last"))
} | {"today": ("day", 0), "yesterday": ("day", 1)}


def moment(value: Any) -> datetime | None:
    """A time with its zone, or None."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else None


def day(value: Any) -> date | None:
    """A plain date such as 2026-01-31, or None."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except (TypeError, ValueError):
        return None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and "\x00" not in value


def _is_time(value: Any) -> bool:
    return (moment(value) or day(value)) is not None


def _pair(value: Any, holds: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(holds, value))


def _each(value: Any, holds: Callable[[Any], bool], message: str) -> str:
    if not isinstance(value, list) or not value:
        return message
    if len(value) > MOST_VALUES:
        return _(
            "has %(count)d values; at most %(most)d are allowed. Load a longer list as a segment"
            " from a file and ask whether a customer is in it."
        ) % {"count": len(value), "most": MOST_VALUES}
    return "" if all(map(holds, value)) else message


def _unless(holds: bool, message: str) -> str:  # noqa: FBT001
    return "" if holds else message


# by what an operator takes: the fault of a value, or ""
CHECKS: dict[str, Callable[[Any], str]] = {
    "": lambda v: _unless(v is None, _("must be left out.")),
    "text": lambda v: _unless(is_text(v), _("must be a text.")),
    "texts": lambda v: _each(v, is_text, _("must be a list of texts.")),
    "number": lambda v: _unless(is_number(v), _("must be a number.")),
    "numbers": lambda v: _each(v, is_number, _("must be a list of numbers.")),
    "two numbers": lambda v: _unless(_pair(v, is_number), _("must be two numbers.")),
    "percent": lambda v: _unless(
        is_number(v) and 0 < v < 100, _("must be a percentage above 0 and below 100.")
    ),
    "days": lambda v: _unless(
        is_number(v) and 0 <= v <= 36500, _("must be a number of days, 0 or more.")
    ),
    "whole days": lambda v: _unless(
        is_number(v) and 0 <= v <= 366 and v == int(v),
        _("must be a whole number of days from 0 to 366."),
    ),
    "date": lambda v: _unless(
        _is_time(v),
        _("must be a date such as 2026-01-31, or a time with its zone: 2026-01-31T18:00:00Z."),
    ),
    "two dates": lambda v: _unless(_pair(v, _is_time), _("must be two dates.")),
    "period": lambda v: _unless(
        isinstance(v, str) and v in PERIODS, _("must be one of: %s.") % ", ".join(PERIODS)
    ),
    "pattern": lambda v: patterns.fault(v) if is_text(v) else _("must be a text."),
}
