"""Prompts by name and version; they alone are instructions, whatever fills their slots is data.

A prompt "room/name" of version 2 is the file `room/prompts/name.v2.md`. A version is never edited
once it was used: change the wording by adding the next file. Slots are written `{{slot}}`.
"""

import re
from collections.abc import Mapping
from functools import cache

from django.conf import settings

from llm.aggregates import Aggregate
from llm.fence import fenced, spelled
from llm.redaction import Redaction

Part = str | Aggregate
SLOT = re.compile(r"\{\{(\w+)\}\}")


@cache
def load(name: str, version: int) -> str:
    """The prompt's text."""
    room, _, title = name.rpartition("/")
    if not re.fullmatch(r"[a-z_]+(/[a-z_]+)+", name):
        raise LookupError(f"A prompt's name is room/name, not {name!r}.")
    path = settings.BASE_DIR / room / "prompts" / f"{title}.v{version}.md"
    if not path.is_file():
        raise LookupError(f"There is no prompt {name!r} of version {version}: add {path.name}.")
    return str(path.read_text())


def fill(text: str, parts: Mapping[str, Part], redaction: Redaction) -> str:
    """The prompt with every slot filled: texts redacted and fenced, aggregates as figures."""
    slots = set(SLOT.findall(text))
    if slots != set(parts):
        raise ValueError(f"The prompt has the slots {sorted(slots)}, given were {sorted(parts)}.")
    return SLOT.sub(lambda slot: shown(slot[1], parts[slot[1]], redaction), text)


def shown(slot: str, part: Part, redaction: Redaction) -> str:
    if isinstance(part, Aggregate):
        return f"{spelled(redaction.hide(part.label))} = {part.value} (n = {part.people})"
    return fenced(slot, redaction.hide(part))
