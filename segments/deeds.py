"""What customers did or did not do: how often, when, where its data say, and what came after.

A deed is `{"touchpoint": kind or kinds, "where": {path: value or {op, value, as}}, "times" |
"at_most" | "exactly": n, "within": days, "until": days, "then": {… a deed without counts, "not"}}`.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from segments.builder import Builder, Rule
from segments.comparisons import compare_json, only
from segments.faults import RuleError, join
from segments.values import is_number, is_text

MOST_THEN, MOST_KINDS, MOST_DAYS, MOST_TIMES = 3, 20, 3650, 1000
DAY = "interval '1 day'"
COUNTS = ("times", "at_most", "exactly")
BY_MACHINES = {"message.opened", "message.clicked"}  # scanners do it too; `machine` says so
THEN_KEYS = {"touchpoint", "where", "within", "then", "not", "same"}
DID_KEYS = {"touchpoint", "where", "within", "until", "then", *COUNTS}


@dataclass
class Deed:
    """The SQL of a deed: which rows it looks at, which of them count, and when that may change."""

    alias: str
    looked_at: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    due: list[str] = field(default_factory=list)


def compile_did(rule: Rule, path: str, builder: Builder) -> str:
    """The condition that the customer `c` did what the rule says, as often as it says."""
    only(rule, {"did"}, path)
    at = join(path, "did")
    told = _object(rule["did"], at)
    only(told, DID_KEYS, at)
    how, times = _count(told, at)
    deed = _deed(told, at, builder)
    if "until" in told:
        days = _days(told["until"], join(at, "until"))
        if "within" in told and told["until"] >= told["within"]:
            raise RuleError(join(at, "until"), _("must be less than 'within'."))
        bound = builder.bind(days)
        deed.counted.append(f"{deed.alias}.occurred_at <= {builder.now} - {bound} * {DAY}")
        deed.due.append(_first_after(deed, builder, bound))
    builder.shown[_shown_as(told)] = _seen(deed, builder)
    return (
        _joined(deed, how, times, builder)
        if builder.wide
        else _looked_up(deed, how, times, builder)
    )


def _looked_up(deed: Deed, how: str, times: int, builder: Builder) -> str:
    """Per customer. Counting stops at the number asked for, however long the history is."""
    own = [f"{deed.alias}.customer_id = c.id", *deed.looked_at]
    if deed.due:
        builder.due.append(
            f"(SELECT least({', '.join(deed.due)}) FROM customers_touchpoint {deed.alias}"
            f" WHERE {' AND '.join(own)})"
        )
    most = times if how == ">=" else times + 1
    return (
        f"((SELECT count(*) FROM (SELECT FROM customers_touchpoint {deed.alias}"
        f" WHERE {' AND '.join([*own, *deed.counted])} LIMIT {most}) AS deeds) {how} {times})"
    )


def _joined(deed: Deed, how: str, times: int, builder: Builder) -> str:
    """For the whole shop: the history is read once, not once a customer."""
    name = f"{builder.prefix}d{len(builder.joins)}"
    shop = builder.bind(builder.shop.pk if builder.shop else None)
    counted = f" FILTER (WHERE {' AND '.join(deed.counted)})" if deed.counted else ""
    due = f"least({', '.join(deed.due)})" if deed.due else "NULL::timestamptz"
    builder.joins.append(
        f"LEFT JOIN (SELECT {deed.alias}.customer_id, count(*){counted} AS times, {due} AS due"
        f" FROM customers_touchpoint {deed.alias} WHERE {deed.alias}.shop_id = {shop}"
        f" AND {deed.alias}.customer_id IS NOT NULL AND {' AND '.join(deed.looked_at)}"
        f" GROUP BY 1) AS {name} ON {name}.customer_id = c.id"
    )
    if deed.due:
        builder.due.append(f"{name}.due")
    return f"(coalesce({name}.times, 0) {how} {times})"


def _deed(told: Rule, path: str, builder: Builder, depth: int = 0) -> Deed:
    """The rows of a deed; a following deed says which of them count."""
    deed = Deed(f"t{depth}")
    kinds = builder.bind(_kinds(told.get("touchpoint"), join(path, "touchpoint")))
    moment = f"{deed.alias}.occurred_at"
    deed.looked_at += [f"{deed.alias}.kind = ANY({kinds})", f"{moment} <= {builder.now}"]
    where = _object(told.get("where", {}), join(path, "where"))
    if "machine" not in where and BY_MACHINES & set(_kinds(told["touchpoint"], path)):
        deed.looked_at.append(f"NOT {deed.alias}.data @> '{{\"machine\": true}}'")
    for key, wanted in where.items():
        _where(deed, key, wanted, join(join(path, "where"), key), builder)
    if "within" in told and depth == 0:
        bound = builder.bind(_days(told["within"], join(path, "within")))
        deed.looked_at.append(f"{moment} > {builder.now} - {bound} * {DAY}")
        deed.due.append(f"min({moment}) + {bound} * {DAY}")
    if "then" in told:
        _follow(deed, told["then"], join(path, "then"), builder, depth + 1)
    return deed


def _where(deed: Deed, key: str, wanted: Any, path: str, builder: Builder) -> None:
    """What its data must say. A row that the clock makes fit is looked at before it counts."""
    known = len(builder.due)
    condition = compare_json(f"{deed.alias}.data", key, wanted, path, builder)
    by_clock, builder.due[known:] = builder.due[known:], []
    (deed.counted if by_clock else deed.looked_at).append(condition)
    deed.due += [f"min({due}) FILTER (WHERE {due} >= {builder.now})" for due in by_clock]


def _follow(deed: Deed, told: Any, path: str, builder: Builder, depth: int) -> None:
    if depth > MOST_THEN:
        raise RuleError(path, _("may follow at most %d times.") % MOST_THEN)
    only(_object(told, path), THEN_KEYS, path)
    refused = told.get("not", False)
    if not isinstance(refused, bool):
        raise RuleError(join(path, "not"), _("must be true or false."))
    after = _deed(told, path, builder, depth)
    mine, theirs = deed.alias, after.alias
    conditions = [
        f"{theirs}.customer_id = {mine}.customer_id",
        f"{theirs}.occurred_at > {mine}.occurred_at",
        *after.looked_at,
        *after.counted,
        *(_same(key, mine, theirs, path, builder) for key in _keys(told.get("same", []), path)),
    ]
    if "within" in told:
        bound = builder.bind(_days(told["within"], join(path, "within")))
        conditions.append(f"{theirs}.occurred_at <= {mine}.occurred_at + {bound} * {DAY}")
        if refused:  # what did not follow within three days is known after three days
            deed.counted.append(f"{mine}.occurred_at <= {builder.now} - {bound} * {DAY}")
            deed.due.append(_first_after(deed, builder, bound))
    exists = "NOT EXISTS" if refused else "EXISTS"
    deed.counted.append(
        f"{exists} (SELECT FROM customers_touchpoint {theirs} WHERE {' AND '.join(conditions)})"
    )


def _first_after(deed: Deed, builder: Builder, bound: str) -> str:
    """When the first row younger than so many days will be that old."""
    moment = f"{deed.alias}.occurred_at"
    young = f"{moment} > {builder.now} - {bound} * {DAY}"
    return f"min({moment}) FILTER (WHERE {young}) + {bound} * {DAY}"


def _same(key: str, mine: str, theirs: str, path: str, builder: Builder) -> str:
    bound = builder.bind(key)
    return f"{theirs}.data->>{bound} = {mine}.data->>{bound}"


def _seen(deed: Deed, builder: Builder) -> str:
    """How often it was done and when last, for the record of why somebody is in."""
    conditions = [f"{deed.alias}.customer_id = c.id", *deed.looked_at, *deed.counted]
    return (
        f"(SELECT jsonb_build_object('times', count(*), 'last', max({deed.alias}.occurred_at))"
        f" FROM customers_touchpoint {deed.alias} WHERE {' AND '.join(conditions)})"
    )


def _shown_as(told: Rule) -> str:
    kinds = told["touchpoint"]
    return "did " + (kinds if isinstance(kinds, str) else " / ".join(kinds))


def _count(told: Rule, path: str) -> tuple[str, int]:
    given = [key for key in COUNTS if key in told]
    if len(given) > 1:
        raise RuleError(join(path, given[1]), _("cannot be asked together with %r.") % given[0])
    key = given[0] if given else "times"
    value, low = told.get(key, 1), 1 if key == "times" else 0
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= MOST_TIMES:
        said = _("must be a whole number from %(low)d to %(high)d.")
        raise RuleError(join(path, key), said % {"low": low, "high": MOST_TIMES})
    return {"times": ">=", "at_most": "<=", "exactly": "="}[key], value


def _days(value: Any, path: str) -> float:
    if not is_number(value) or not 0 < value <= MOST_DAYS:
        raise RuleError(path, _("must be a number of days above 0 and up to %d.") % MOST_DAYS)
    return float(value)


def _kinds(value: Any, path: str) -> list[str]:
    kinds = [value] if isinstance(value, str) else value
    if (
        not isinstance(kinds, list)
        or not 0 < len(kinds) <= MOST_KINDS
        or not all(is_text(kind) and kind for kind in kinds)
    ):
        raise RuleError(path, _("must name a kind such as 'order.placed', or a list of kinds."))
    return kinds


def _keys(value: Any, path: str) -> list[str]:
    if not isinstance(value, list) or not all(is_text(key) for key in value) or len(value) > 5:
        raise RuleError(join(path, "same"), _("must be a list of up to 5 keys of the data."))
    return value


def _object(value: Any, path: str) -> Rule:
    if not isinstance(value, dict):
        raise RuleError(path, _("must be an object."))
    return value
