"""A part of a page that a room contributes through the tables in `config.plugins`."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Panel:
    """A template and what it shows; `width` is how many of 12 columns it takes on a wide window."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    width: int = 12


def gather(paths: list[str], subject: Any) -> list[Panel]:
    """The panels of every function named in `paths`, in that order; None is nothing to show."""
    made = (import_string(path)(subject) for path in paths)
    return [panel for panel in made if panel]
