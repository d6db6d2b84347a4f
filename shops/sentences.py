"""Sentences that are kept with their values, and said in the language of whoever reads them.

A text, and a value that is one of ours too, is kept as it stands in the source; so is a sentence
within a sentence. A text that a later
release words otherwise is still said, in the source's language.
"""

from typing import Any

from django.utils import translation
from django.utils.functional import Promise

Sentence = dict[str, Any]


def kept(text: Promise | str, **values: Promise | str | float | Sentence) -> Sentence:
    """The sentence as a JSON column has it."""
    with translation.override(None):  # nothing is translated: what is said is the source
        told = {n: {"text": str(v)} if isinstance(v, Promise) else v for n, v in values.items()}
        return {"text": str(text), "values": told}


def said(sentence: Sentence) -> str:
    """The sentence in the active language; empty when there is none."""
    if not sentence:
        return ""
    text = translation.gettext(sentence["text"])
    values = {name: _value(value) for name, value in sentence.get("values", {}).items()}
    return text % values if values else text


def _value(value: Any) -> Any:
    return said(value) if isinstance(value, dict) else value
