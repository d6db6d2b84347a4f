"""Which rules can be asked as of a day in the past, and why others cannot.

Orders and touchpoints carry their time, so what follows from them can be computed as it was. What
is only known as it is today (scores, opinions, ranks, consent, other segments) would tell the past
with today's knowledge; a stage that asks for it has no past before its first recorded stay.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from segments.operators import MIDNIGHT, OPERATORS

# Computed from orders as they were known at a moment; see journeys.backfill.
FACTS = (
    "order_count", "cancellation_count", "revenue_cents", "returned_cents", "returned_fraction",
    "average_order_cents", "first_order_at", "last_order_at", "last_gap_days", "mean_gap_days",
)  # fmt: skip
KNOWN = {f"facts.{name}" for name in FACTS} | {"customer.created_at"}
# Asked as they are today: who lives in France today is taken to have lived there before.
TAKEN_AS_TODAY = ("customer.", "attributes.")
RANKS = {"in_top_percent", "in_bottom_percent"}
BY_CALENDAR = {name for name, operator in OPERATORS["date"].items() if MIDNIGHT in operator.due}
CLOCKED = {name for name, operator in OPERATORS["date"].items() if operator.due}


def obstacles(rule: Any) -> list[str]:
    """What of the rule cannot be asked as of a past day, in words; empty when all can."""
    return list(dict.fromkeys(_obstacles(rule)))


def taken_as_today(rule: Any) -> list[str]:
    """Fields of the rule whose value of today stands for the past as well."""
    fields = (part["field"] for part in _parts(rule) if "field" in part)
    return list(dict.fromkeys(f for f in fields if f not in KNOWN and f.startswith(TAKEN_AS_TODAY)))


def moments(rule: Any) -> set[tuple[str, float]]:
    """The kinds of touchpoint at which the answer may change, and how many days after one."""
    found: set[tuple[str, float]] = set()
    for part in _parts(rule):
        if "did" in part:
            found |= {(kind, days) for kind in _kinds(part["did"]) for days in _days(part["did"])}
    return found


def _obstacles(rule: Any) -> Iterator[str]:
    for part in _parts(rule):
        if "segment" in part:
            yield _("who was in the segment %s then") % part["segment"]
        if "did" in part:
            for key in _by_clock(part["did"]):
                yield _("%s by the calendar, which may change every day") % key
        if "field" not in part:
            continue
        name, op = str(part["field"]), part.get("op")
        if name not in KNOWN and not name.startswith(TAKEN_AS_TODAY):
            yield _("%s as it was then") % name
        elif op in RANKS:
            yield _("ranks of %s as they were then") % name
        elif op in BY_CALENDAR:
            yield _("%s by the calendar, which may change every day") % name


def _parts(rule: Any) -> Iterator[dict[str, Any]]:
    """The rule's conditions, without the groups around them."""
    if not isinstance(rule, dict):
        return
    for word in ("all", "any"):
        for part in rule.get(word, ()):
            yield from _parts(part)
    if "not" in rule and "did" not in rule:
        yield from _parts(rule["not"])
    if rule.keys() & {"field", "did", "segment"}:
        yield rule


def _kinds(deed: dict[str, Any]) -> Iterator[str]:
    told = deed.get("touchpoint", [])
    yield from [told] if isinstance(told, str) else told
    if "then" in deed:
        yield from _kinds(deed["then"])


def _days(deed: dict[str, Any]) -> Iterator[float]:
    yield 0.0
    yield from (float(deed[word]) for word in ("within", "until") if word in deed)
    if "then" in deed:
        yield from _days(deed["then"])


def _by_clock(deed: dict[str, Any]) -> Iterator[str]:
    """Keys of the data whose dates are held against the clock."""
    for key, wanted in deed.get("where", {}).items():
        if isinstance(wanted, dict) and wanted.get("op") in CLOCKED:
            yield key
    if "then" in deed:
        yield from _by_clock(deed["then"])
