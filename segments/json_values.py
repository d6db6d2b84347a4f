"""Values inside JSON as SQL of a type; a value of another type reads as missing."""

from typing import Any

from segments.builder import Builder

TYPES = ("text", "number", "boolean", "date", "list")
LIST_OPS = {"has", "has_any", "has_all", "has_none", "is_empty", "is_not_empty"}


def typed(base: str, path: str, kind: str) -> str:
    """The SQL of what lies at `path` (a bound text[]) of the JSON `base`."""
    node = f"({base} #> {path})"
    text = f"({base} #>> {path})"
    return {
        "text": text,
        "list": node,
        "number": f"(CASE WHEN jsonb_typeof({node}) = 'number' THEN {text}::float8 END)",
        "boolean": f"(CASE WHEN jsonb_typeof({node}) = 'boolean' THEN {text}::boolean END)",
        "date": f"((jsonb_path_query_first_tz({node}, '$.datetime()', silent => true)"
        " #>> '{}')::timestamptz)",
    }[kind]


def steps(builder: Builder, dotted: str) -> str:
    """A path such as `address.city` as a bound array."""
    return f"{builder.bind(dotted.split('.'))}::text[]"


def kind_of(op: Any, value: Any) -> str:
    """The type that a comparison means when it does not say."""
    first = value[0] if isinstance(value, list) and value else value
    if op in LIST_OPS:
        return "list"
    if isinstance(first, bool) or op in {"is_true", "is_false"}:
        return "boolean"
    if isinstance(first, int | float):
        return "date" if isinstance(op, str) and "days" in op else "number"
    return "text"
