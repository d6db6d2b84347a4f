"""What can be asked of a field, by its type: SQL, the value it takes, and how it is said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from segments import values
from segments.builder import Builder


@dataclass(frozen=True)
class Asked:
    """A comparison being compiled: the field's name and SQL, the zone of time words, the value."""

    builder: Builder
    field: str
    sql: str
    zone: str
    value: Any


@dataclass(frozen=True)
class Operator:
    """`sql` has {0} for the field, {1}… for bound values, {now}, and {zone} for words of time.

    `due` are the moments at which the clock alone may change the answer, where there are any.
    """

    sql: str
    words: str | Promise
    takes: str = ""  # a key of values.CHECKS
    bound: Callable[[Asked], list[str]] = lambda asked: [asked.builder.bind(asked.value)]
    due: tuple[str, ...] = ()


def nothing(asked: Asked) -> list[str]:
    return []


def each(asked: Asked) -> list[str]:
    return [asked.builder.bind(item) for item in asked.value]


def like(pattern: str) -> Callable[[Asked], list[str]]:
    """Text whose percent signs and underscores mean themselves in LIKE."""

    def bound(asked: Asked) -> list[str]:
        text = asked.value.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return [asked.builder.bind(pattern.replace("?", text))]

    return bound


def lowered(asked: Asked) -> list[str]:
    return [asked.builder.bind([text.lower() for text in asked.value])]


def start(asked: Asked, value: Any) -> str:
    """A moment, or the first moment of a day in the zone."""
    if values.day(value) is None:
        return asked.builder.bind(values.moment(value))
    return f"({asked.builder.bind(values.day(value))}::date::timestamp AT TIME ZONE {asked.zone})"


def end(asked: Asked, value: Any) -> str:
    """A moment, or the last moment of a day in the zone."""
    if values.day(value) is None:
        return asked.builder.bind(values.moment(value))
    first = f"({asked.builder.bind(values.day(value))}::date + 1)::timestamp"
    return f"({first} AT TIME ZONE {asked.zone} - interval '1 microsecond')"


def period(asked: Asked) -> list[str]:
    unit, ago = values.PERIODS[asked.value]
    return [asked.builder.bind(unit), f"interval '{ago} {unit}'"]


SET = {
    "is_set": Operator("{0} IS NOT NULL", gettext_lazy("is known"), "", nothing),
    "is_not_set": Operator("{0} IS NULL", gettext_lazy("is not known"), "", nothing),
}
TEXT = {
    "is": Operator("lower({0}) = lower({1})", gettext_lazy("is {}"), "text"),
    "is_not": Operator("lower({0}) <> lower({1})", gettext_lazy("is not {}"), "text"),
    "in": Operator("lower({0}) = ANY({1})", gettext_lazy("is one of {}"), "texts", lowered),
    "not_in": Operator("lower({0}) <> ALL({1})", gettext_lazy("is none of {}"), "texts", lowered),
    "contains": Operator("{0} ILIKE {1}", gettext_lazy("contains {}"), "text", like("%?%")),
    "not_contains": Operator(
        "{0} NOT ILIKE {1}", gettext_lazy("does not contain {}"), "text", like("%?%")
    ),
    "starts_with": Operator("{0} ILIKE {1}", gettext_lazy("starts with {}"), "text", like("?%")),
    "ends_with": Operator("{0} ILIKE {1}", gettext_lazy("ends with {}"), "text", like("%?")),
    "matches": Operator("{0} ~* {1}", gettext_lazy("matches {}"), "pattern"),
    "is_set": Operator("{0} <> ''", gettext_lazy("is known"), "", nothing),
    "is_not_set": Operator("coalesce({0}, '') = ''", gettext_lazy("is not known"), "", nothing),
}
NUMBER = {
    "=": Operator("{0} = {1}", gettext_lazy("is {}"), "number"),
    "!=": Operator("{0} <> {1}", gettext_lazy("is not {}"), "number"),
    "<": Operator("{0} < {1}", gettext_lazy("is less than {}"), "number"),
    "<=": Operator("{0} <= {1}", gettext_lazy("is at most {}"), "number"),
    ">": Operator("{0} > {1}", gettext_lazy("is more than {}"), "number"),
    ">=": Operator("{0} >= {1}", gettext_lazy("is at least {}"), "number"),
    "between": Operator(
        "{0} BETWEEN {1} AND {2}", gettext_lazy("is between {}"), "two numbers", each
    ),
    "in": Operator("{0} = ANY({1}::float8[])", gettext_lazy("is one of {}"), "numbers"),
    "not_in": Operator("{0} <> ALL({1}::float8[])", gettext_lazy("is none of {}"), "numbers"),
    "in_top_percent": Operator(
        "{0} > {1}",
        gettext_lazy("is in the top {} %"),
        "percent",
        lambda a: [a.builder.cut(a.field, a.sql, 100 - a.value)],
    ),
    "in_bottom_percent": Operator(
        "{0} <= {1}",
        gettext_lazy("is in the bottom {} %"),
        "percent",
        lambda a: [a.builder.cut(a.field, a.sql, a.value)],
    ),
    **SET,
}
BOOLEAN = {
    "is_true": Operator("{0}", gettext_lazy("is true"), "", nothing),
    "is_false": Operator("NOT {0}", gettext_lazy("is false"), "", nothing),
    **SET,
}
LIST = {
    "has": Operator("{0} ? {1}", gettext_lazy("has {}"), "text"),
    "has_any": Operator("{0} ?| {1}::text[]", gettext_lazy("has any of {}"), "texts"),
    "has_all": Operator("{0} ?& {1}::text[]", gettext_lazy("has all of {}"), "texts"),
    "has_none": Operator("NOT {0} ?| {1}::text[]", gettext_lazy("has none of {}"), "texts"),
    "is_empty": Operator(
        "coalesce({0}, '[]'::jsonb) = '[]'::jsonb", gettext_lazy("is empty"), "", nothing
    ),
    "is_not_empty": Operator("{0} <> '[]'::jsonb", gettext_lazy("is not empty"), "", nothing),
}
MIDNIGHT = "((date_trunc('day', {now} AT TIME ZONE {zone}) + interval '1 day') AT TIME ZONE {zone})"
TODAY, BORN = "({now} AT TIME ZONE {zone})::date", "({0} AT TIME ZONE {zone})::date"
# The anniversary of this calendar year or of the next; the 29th of February is kept on the 28th.
YEARS = f"(extract(year FROM {TODAY}) - extract(year FROM {BORN}))::int"
ANNIVERSARY = " OR ".join(
    f"({YEARS} + {more} >= 1 AND ({BORN} + make_interval(years => {YEARS} + {more}))::date"
    f" BETWEEN {TODAY} AND {TODAY} + {{1}}::int)"
    for more in (0, 1)
)
AGO, AHEAD = "{now} - {1} * interval '1 day'", "{now} + {1} * interval '1 day'"
DATE = {
    "before": Operator(
        "{0} < {1}", gettext_lazy("is before {}"), "date", lambda a: [start(a, a.value)]
    ),
    "after": Operator(
        "{0} > {1}", gettext_lazy("is after {}"), "date", lambda a: [end(a, a.value)]
    ),
    "between": Operator(
        "{0} BETWEEN {1} AND {2}",
        gettext_lazy("is between {}"),
        "two dates",
        lambda a: [start(a, a.value[0]), end(a, a.value[1])],
    ),
    "more_than_days_ago": Operator(
        "{0} < " + AGO,
        gettext_lazy("is more than {} days ago"),
        "days",
        due=("{0} + {1} * interval '1 day'",),
    ),
    "less_than_days_ago": Operator(
        "{0} >= " + AGO,
        gettext_lazy("is less than {} days ago"),
        "days",
        due=("{0} + {1} * interval '1 day'",),
    ),
    "in_more_than_days": Operator(
        "{0} > " + AHEAD,
        gettext_lazy("is in more than {} days"),
        "days",
        due=("{0} - {1} * interval '1 day'",),
    ),
    "in_less_than_days": Operator(
        "({0} >= {now} AND {0} <= " + AHEAD + ")",
        gettext_lazy("is in less than {} days"),
        "days",
        due=("{0} - {1} * interval '1 day'", "{0}"),
    ),
    "in_period": Operator(
        "date_trunc({1}, {0} AT TIME ZONE {zone})"
        " = date_trunc({1}, {now} AT TIME ZONE {zone}) - {2}",
        gettext_lazy("is {}"),
        "period",
        period,
        due=(MIDNIGHT,),
    ),
    "anniversary_within_days": Operator(
        f"({ANNIVERSARY})",
        gettext_lazy("has its anniversary within {} days"),
        "whole days",
        due=(MIDNIGHT,),
    ),
    **SET,
}
OPERATORS: dict[str, dict[str, Operator]] = {
    "text": TEXT,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "list": LIST,
    "date": DATE,
}
