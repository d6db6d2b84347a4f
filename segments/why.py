"""Why a customer is in a segment, or not: its rule clause by clause, with the values seen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers import profile_page, register
from customers.models import Customer
from segments import comparisons, limits, rules
from segments.models import Membership, PersonaFit, Segment
from segments.rules import Compiled, Rule, RuleError

SECONDS = 5  # one customer: what takes longer is no page
JUDGED = """
SELECT {judged} FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.id = %(customer)s
"""


@dataclass(frozen=True)
class Clause:
    """A part of the rule: whether it holds, in words, with the values that decided."""

    holds: bool
    words: str
    seen: list[tuple[str, str]] = field(default_factory=list)
    parts: list["Clause"] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """Whether the customer is in the segment, and why; `fault` where that cannot be said."""

    segment: Segment
    membership: Membership | None
    clauses: list[Clause] = field(default_factory=list)
    fault: str = ""

    @property
    def decides_now(self) -> bool | None:
        """What the rule says at this moment; None without one."""
        return self.clauses[0].holds if self.clauses and self.segment.rule else None


def of(segment: Segment, customer: Customer) -> Answer:
    """Why this customer is in the segment, or what keeps them out."""
    last = (
        Membership.objects.filter(segment=segment, customer=customer)
        .order_by("left_at", "-entered_at")  # an open one is first: PostgreSQL puts NULL last
        .last()
    )
    if segment.kind != "rule" or not segment.rule:
        return Answer(segment, last, _without_rule(segment, customer, last))
    try:
        return Answer(segment, last, [_judged(segment, customer)])
    except (RuleError, limits.TookTooLong) as fault:
        return Answer(segment, last, fault=str(fault))


def _judged(segment: Segment, customer: Customer) -> Clause:
    """The rule's tree, every node judged in one statement."""
    assert segment.rule is not None  # noqa: S101
    nodes = list(_nodes(segment.rule))
    compiled = [
        rules.compile(node, shop=segment.shop, of=segment.key, prefix=f"w{number}_")
        for number, node in enumerate(nodes)
    ]
    row = _ask(compiled, customer)
    verdicts = {
        id(node): (bool(row[2 * number]), json.loads(row[2 * number + 1] or "{}"))
        for number, node in enumerate(nodes)
    }
    return _clause(segment.rule, verdicts, segment.shop.currency)


def _nodes(rule: Rule) -> Iterator[Rule]:
    yield rule
    for part in _parts(rule):
        yield from _nodes(part)


def _parts(rule: Rule) -> list[Rule]:
    return list(rule.get("all") or rule.get("any") or ([rule["not"]] if "not" in rule else []))


def _ask(compiled: list[Compiled], customer: Customer) -> tuple[Any, ...]:
    params: dict[str, Any] = {"customer": customer.pk}
    judged = []
    for one in compiled:
        params |= one.params
        judged += [f"coalesce({one.sql}, false)", one.seen]
    with limits.within(SECONDS), connection.cursor() as cursor:
        cursor.execute(JUDGED.format(judged=", ".join(judged)), params)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _clause(rule: Rule, verdicts: dict[int, tuple[bool, dict[str, Any]]], currency: str) -> Clause:
    holds, seen = verdicts[id(rule)]
    parts = [_clause(part, verdicts, currency) for part in _parts(rule)]
    if not parts:
        return Clause(holds, rules.describe(rule), _readable(seen, currency))
    words = {
        "all": _("All of these hold:"),
        "any": _("At least one of these holds:"),
        "not": _("This does not hold:"),
    }
    return Clause(holds, next(words[key] for key in words if key in rule), [], parts)


def _readable(seen: dict[str, Any], currency: str) -> list[tuple[str, str]]:
    """The values that decided, by the names that people know."""
    return [(_label(name), _value(name, value, currency)) for name, value in seen.items()]


def _label(name: str) -> str:
    entry = comparisons.entry_of(name)
    if not entry:
        return name
    label = str(settings.RULE_FIELDS[entry][2])
    return f"{label} ({name.partition('.')[2]})" if entry.endswith("*") else label


def _value(name: str, value: Any, currency: str) -> str:
    feature = register.by_path().get(name)
    if isinstance(value, str) and (moment := _moment(value)):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    if feature and not isinstance(value, str):
        return profile_page.written(feature, value, currency)
    if isinstance(value, dict) and "times" in value:
        last = _value("", value.get("last"), currency)
        return _("%(times)s times, last %(last)s") % {"times": value["times"], "last": last}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _without_rule(segment: Segment, customer: Customer, last: Membership | None) -> list[Clause]:
    is_in = last is not None and last.left_at is None
    if segment.kind == "persona":
        fit = PersonaFit.objects.filter(customer=customer).select_related("segment", "second")
        return [_by_distance(found, is_in=is_in) for found in fit]
    name = (last.why or {}).get("file") if last else None
    by = _("Was put in by the file “%s”.") % name if name else _("Was put in by hand.")
    return [Clause(is_in, by if is_in else _("Nobody put this customer in."))]


def _by_distance(fit: PersonaFit, *, is_in: bool) -> Clause:
    seen = [(str(fit.segment), number_format(round(fit.distance, 2), 2))]
    if fit.second:
        seen.append((str(fit.second), number_format(round(fit.second_distance or 0, 2), 2)))
    return Clause(is_in, _("The nearest persona is “%s”; distances:") % fit.segment, seen)
