"""Conditions on what a touchpoint says, for entries, goals and waits."""

from typing import Any

from segments.builder import Builder
from segments.comparisons import compare_json


def matching(where: dict[str, Any], alias: str) -> tuple[str, dict[str, Any]]:
    """Conditions on a touchpoint's data, to follow another one, with their parameters.

    A plain value must be equal; `{"op": …, "value": …}` compares as rules do. Raises RuleError.
    """
    parts: list[str] = []
    params: dict[str, Any] = {}
    builder = Builder("w_", None, wide=False)
    for number, (key, value) in enumerate(where.items()):
        if isinstance(value, dict):
            condition = compare_json(f"{alias}.data", key, value, f"where.{key}", builder)
            parts.append(f"AND {condition}")
        else:
            parts.append(f"AND {alias}.data->>%(key{number})s = %(value{number})s")
            params |= {f"key{number}": key, f"value{number}": _as_text(value)}
    if "machine" not in where:  # a scanner that opens a mail is not the customer
        parts.append(f"AND NOT {alias}.data @> '{{\"machine\": true}}'")
    return " ".join(parts), {**params, **builder.params}


def _as_text(value: Any) -> str:
    """A value as Postgres writes it when it takes JSON apart."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def kinds(said: str | list[str]) -> list[str]:
    """The kinds of touchpoint that are meant: one, or any of several."""
    return [said] if isinstance(said, str) else said
