"""The words of a template: checked, and what is MJML made HTML once, when it is written.

What is sent reads the HTML alone: no mail waits for a compiler, and a newer compiler changes no
mail that somebody approved.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns import mjml_text, rendering
from campaigns.mjml_text import MjmlFault
from campaigns.models import Template
from campaigns.translation_models import Translation

LIQUID = ("subject", "preheader", "mjml", "html", "text")
SENDER = ("from_name", "from_local", "reply_to")
PARTS = ("name", *LIQUID, *SENDER)
Written = Template | Translation  # which has the words alone


def faults(parts: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a template's parts, by part; empty when it can be sent."""
    found = {part: rendering.fault_of(parts.get(part, "")) for part in LIQUID}
    if parts.get("mjml") and not found["mjml"]:
        try:
            mjml_text.compiled(parts["mjml"])
        except MjmlFault as fault:
            found["mjml"] = str(fault)
    if bool(parts.get("mjml", "").strip()) == bool(parts.get("html", "").strip()):
        found["html"] = _("A mail is written in MJML or in HTML.")
    try:
        said = Template(**{part: parts.get(part, "") for part in SENDER})
        said.clean_fields(exclude=[f.name for f in Template._meta.fields if f.name not in SENDER])
    except ValidationError as fault:
        found |= {part: " ".join(words) for part, words in fault.message_dict.items()}
    return {part: words for part, words in found.items() if words}


def made(parts: Mapping[str, str]) -> dict[str, str]:
    """All parts as they are kept. Raises MjmlFault; `faults` tells before."""
    whole = {part: parts.get(part, "") for part in PARTS}
    if whole["mjml"]:
        whole["html"] = mjml_text.compiled(whole["mjml"])
    return whole


def kept(held: str, given: str) -> str:
    """The text as it was where a form gave it back with other line ends, else the given one."""
    lines = given.replace("\r\n", "\n")
    return held if held.replace("\r\n", "\n") == lines else lines


def put(written: Written, parts: Mapping[str, str]) -> None:
    """Give the template these parts, and no others. Raises MjmlFault."""
    for part, words in made(parts).items():
        if hasattr(written, part):
            setattr(written, part, words)


def told(written: Written) -> dict[str, str]:
    """What its author wrote: HTML that was made from MJML is not told."""
    parts = {part: str(getattr(written, part)) for part in PARTS if hasattr(written, part)}
    if written.mjml:
        parts["html"] = ""
    return parts
