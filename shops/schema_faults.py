"""What is wrong with a value that was written by hand, by a JSON Schema."""

import re
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def first_fault(said: Any, schema: dict[str, Any], *, whole: str) -> str:
    """The path and the fault, the path being `whole` at the top; empty when it fits."""
    error = best_match(Draft202012Validator(schema).iter_errors(said))
    if error is None:
        return ""
    path = re.sub(r"^\$\.?", "", error.json_path)
    return f"{path or whole}: {error.message[:300]}"
