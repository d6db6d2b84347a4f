"""A rule read naively over people in memory: what the compiled SQL must agree with."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class Deed:
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Person:
    """`values` by rule field, already typed; missing ones are None or not there."""

    values: dict[str, Any]
    deeds: list[Deed]
    segments: set[str] = field(default_factory=set)
    zone: str = "UTC"


def holds(rule: dict[str, Any], person: Person, now: datetime, shop_zone: str = "UTC") -> bool:
    if "all" in rule:
        return all(holds(part, person, now, shop_zone) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, person, now, shop_zone) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], person, now, shop_zone)
    if "segment" in rule:
        return rule["segment"] in person.segments
    if "did" in rule:
        return did(rule["did"], person, now)
    zone = person.zone if rule.get("zone") == "customer" else shop_zone
    value = person.values.get(rule["field"])
    return compares(value, rule["op"], rule.get("value"), now, ZoneInfo(zone))


def did(deed: dict[str, Any], person: Person, now: datetime) -> bool:
    count = sum(
        counts(deed, one, person, now) and follows(deed.get("then"), one, person, now)
        for one in person.deeds
    )
    if "exactly" in deed:
        return count == deed["exactly"]
    if "at_most" in deed:
        return count <= deed["at_most"]
    return count >= deed.get("times", 1)


def counts(deed: dict[str, Any], one: Deed, person: Person, now: datetime) -> bool:
    if not matches(deed, one) or one.at > now:
        return False
    if "within" in deed and one.at <= now - timedelta(days=deed["within"]):
        return False
    return "until" not in deed or one.at <= now - timedelta(days=deed["until"])


def matches(deed: dict[str, Any], one: Deed) -> bool:
    kinds = [deed["touchpoint"]] if isinstance(deed["touchpoint"], str) else deed["touchpoint"]
    return one.kind in kinds and all(
        has(one.data.get(key), wanted) for key, wanted in deed.get("where", {}).items()
    )


def has(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        as_number = isinstance(wanted["value"], int)
        if as_number and (not isinstance(value, int) or isinstance(value, bool)):
            return False
        return compares(value, wanted["op"], wanted["value"], datetime.now(UTC), ZoneInfo("UTC"))
    return value is not None and str(value) == str(wanted)


def follows(then: dict[str, Any] | None, one: Deed, person: Person, now: datetime) -> bool:
    if then is None:
        return True
    after = [
        other
        for other in person.deeds
        if matches(then, other)
        and one.at < other.at <= now
        and ("within" not in then or other.at <= one.at + timedelta(days=then["within"]))
        and all(
            key in one.data and one.data.get(key) == other.data.get(key)
            for key in then.get("same", [])
        )
        and follows(then.get("then"), other, person, now)
    ]
    if then.get("not"):
        decided = "within" not in then or one.at <= now - timedelta(days=then["within"])
        return decided and not after
    return bool(after)


def compares(value: Any, op: str, wanted: Any, now: datetime, zone: ZoneInfo) -> bool:
    if op == "is_set":
        return value not in (None, "")
    if op == "is_not_set":
        return value in (None, "")
    if op == "is_empty":
        return value in (None, [])
    if value is None:
        return False
    if isinstance(value, bool):
        return value is (op == "is_true")
    if isinstance(value, datetime):
        return compares_times(value, op, wanted, now, zone)
    return compares_plain(value, op, wanted)


def compares_plain(value: Any, op: str, wanted: Any) -> bool:
    if isinstance(value, str):
        value = value.lower()
        wanted = [w.lower() for w in wanted] if isinstance(wanted, list) else wanted.lower()
    return {
        "=": lambda: value == wanted,
        "is": lambda: value == wanted,
        "!=": lambda: value != wanted,
        "is_not": lambda: value != wanted,
        "<": lambda: value < wanted,
        "<=": lambda: value <= wanted,
        ">": lambda: value > wanted,
        ">=": lambda: value >= wanted,
        "between": lambda: wanted[0] <= value <= wanted[1],
        "in": lambda: value in wanted,
        "not_in": lambda: value not in wanted,
        "contains": lambda: wanted in value,
        "not_contains": lambda: wanted not in value,
        "starts_with": lambda: value.startswith(wanted),
        "ends_with": lambda: value.endswith(wanted),
        "has": lambda: wanted in value,
        "has_any": lambda: bool(set(wanted) & set(value)),
        "has_all": lambda: set(wanted) <= set(value),
        "has_none": lambda: not set(wanted) & set(value),
        "is_not_empty": lambda: bool(value),
    }[op]()


def compares_times(value: datetime, op: str, wanted: Any, now: datetime, zone: ZoneInfo) -> bool:
    day, today = value.astimezone(zone).date(), now.astimezone(zone).date()
    days = timedelta(days=wanted) if isinstance(wanted, int | float) else timedelta()
    if op in {"before", "after"}:
        first = date.fromisoformat(wanted)
        return day < first if op == "before" else day > first
    return {
        "more_than_days_ago": lambda: value < now - days,
        "less_than_days_ago": lambda: value >= now - days,
        "in_more_than_days": lambda: value > now + days,
        "in_less_than_days": lambda: now <= value <= now + days,
        "between": lambda: date.fromisoformat(wanted[0]) <= day <= date.fromisoformat(wanted[1]),
        "in_period": lambda: period_of(day, wanted) == period_of(today, wanted, shifted=True),
        "anniversary_within_days": lambda: any(
            day < (today + timedelta(days=ahead)) and is_anniversary(day, today, ahead)
            for ahead in range(wanted + 1)
        ),
    }[op]()


def is_anniversary(day: date, today: date, ahead: int) -> bool:
    candidate = today + timedelta(days=ahead)
    last = candidate + timedelta(days=1)
    kept = day.month == 2 and day.day == 29 and last.month == 3 and candidate.day == 28
    return candidate.year > day.year and (
        (candidate.month, candidate.day) == (day.month, day.day) or kept
    )


def period_of(day: date, period: str, *, shifted: bool = False) -> Any:
    """The period a day lies in; `shifted` goes back by one where the period is the last one."""
    back = shifted and period.startswith(("last", "yesterday"))
    unit = period.rpartition("_")[2]
    if unit in {"today", "yesterday"}:
        return day - timedelta(days=back)
    if unit == "week":
        return day - timedelta(days=day.weekday() + 7 * back)
    months = day.year * 12 + day.month - 1
    return months - back if unit == "month" else day.year - back
