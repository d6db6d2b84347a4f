"""What can be asked of a field, by its type: SQL, the value it takes, and how it is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Operator:
    """`sql` has {0} for the field, {1}… for bound values and {now} for the moment asked about."""

    sql: str
    words: str | Promise
    takes: str = ""  # "", text, number, date, days, texts, numbers
    parameters: Callable[[Any], list[Any]] = lambda value: [value]

    def describe(self, value: Any) -> str:
        """The words, with the value in its place."""
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        return str(self.words).replace("{}", str(value))


def nothing(value: Any) -> list[Any]:
    return []


def as_is(value: Any) -> list[Any]:
    return [value]


def each(value: Any) -> list[Any]:
    return list(value)


def escaped(value: str) -> str:
    """Text whose percent signs and underscores mean themselves in LIKE."""
    return value.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


SET = {
    "is_set": Operator("{0} IS NOT NULL", gettext_lazy("is known"), "", nothing),
    "is_not_set": Operator("{0} IS NULL", gettext_lazy("is not known"), "", nothing),
}
NUMBER_WORDS = {
    "=": gettext_lazy("is {}"),
    "!=": gettext_lazy("is not {}"),
    "<": gettext_lazy("is less than {}"),
    "<=": gettext_lazy("is at most {}"),
    ">": gettext_lazy("is more than {}"),
    ">=": gettext_lazy("is at least {}"),
}
OPERATORS: dict[str, dict[str, Operator]] = {
    "text": {
        "is": Operator("lower({0}) = lower({1})", gettext_lazy("is {}"), "text"),
        "is_not": Operator("lower({0}) <> lower({1})", gettext_lazy("is not {}"), "text"),
        "in": Operator("{0} = ANY({1})", gettext_lazy("is one of {}"), "texts", as_is),
        "contains": Operator(
            "{0} ILIKE {1}",
            gettext_lazy("contains {}"),
            "text",
            lambda value: [f"%{escaped(value)}%"],
        ),
        "starts_with": Operator(
            "{0} ILIKE {1}",
            gettext_lazy("starts with {}"),
            "text",
            lambda value: [f"{escaped(value)}%"],
        ),
        "is_set": Operator("{0} <> ''", gettext_lazy("is known"), "", nothing),
        "is_not_set": Operator("coalesce({0}, '') = ''", gettext_lazy("is not known"), "", nothing),
    },
    "number": {
        **{
            sign: Operator(f"{{0}} {sign.replace('!=', '<>')} {{1}}", words, "number")
            for sign, words in NUMBER_WORDS.items()
        },
        "between": Operator(
            "{0} BETWEEN {1} AND {2}", gettext_lazy("is between {}"), "numbers", each
        ),
        **SET,
    },
    "date": {
        "before": Operator(
            "{0} < {1}", gettext_lazy("is before {}"), "date", lambda v: [_moment(v)]
        ),
        "after": Operator("{0} > {1}", gettext_lazy("is after {}"), "date", lambda v: [_moment(v)]),
        "more_than_days_ago": Operator(
            "{0} < {now} - {1} * interval '1 day'",
            gettext_lazy("is more than {} days ago"),
            "days",
        ),
        "less_than_days_ago": Operator(
            "{0} >= {now} - {1} * interval '1 day'",
            gettext_lazy("is less than {} days ago"),
            "days",
        ),
        **SET,
    },
}


def _moment(value: Any) -> datetime | None:
    """A time with its zone, or None."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18


def check_value(operator: Operator, value: Any) -> str:
    """What is wrong with the value for this operator; "" when nothing is."""
    right: dict[str, tuple[Callable[[], bool], str]] = {
        "": (lambda: value is None, _("must be left out.")),
        "text": (
            lambda: isinstance(value, str) and len(value) <= 300 and "\x00" not in value,
            _("must be a text."),
        ),
        "texts": (
            lambda: (
                isinstance(value, list)
                and 0 < len(value) <= 1000
                and all(isinstance(item, str) and "\x00" not in item for item in value)
            ),
            _("must be a list of texts."),
        ),
        "number": (lambda: _is_number(value), _("must be a number.")),
        "numbers": (
            lambda: isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)),
            _("must be two numbers."),
        ),
        "days": (
            lambda: _is_number(value) and 0 <= value <= 36500,
            _("must be a number of days, 0 or more."),
        ),
        "date": (
            lambda: _moment(value) is not None,
            _("must be a time with its zone, such as 2026-01-31T00:00:00Z."),
        ),
    }
    holds, fault = right[operator.takes]
    return "" if holds() else fault
