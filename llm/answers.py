"""Reading a model's answer: JSON that fits the schema and has no mark that we did not give."""

import json
from typing import Any

import jsonschema

from llm.redaction import MARK, Redaction

MOST_FAULTS = 5


def read(text: str, schema: dict[str, Any], redaction: Redaction) -> tuple[Any, str]:
    """The data and an empty text, or what is wrong with it, path by path."""
    try:
        data = json.loads(bare(text), parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        return None, f"Not JSON: {fault}"
    unknown = sorted({mark[0] for mark in MARK.finditer(text)} - set(redaction.originals))
    if unknown:
        return None, f"Marks that do not exist: {', '.join(unknown[:MOST_FAULTS])}"
    validator = jsonschema.Draft202012Validator(schema)
    faults = [f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(data)]
    return data, "\n".join(faults[:MOST_FAULTS])


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def bare(text: str) -> str:
    """The text without the code fence that models like to put around JSON."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        return text.partition("\n")[2][:-3]
    return text
