"""Data inside a prompt: written so that it cannot end its own block, nor speak a model's control
words.

Inside the fence stands one JSON string in which no angle, square or curly control bracket and no
bar is left as it is, so neither `</data>` nor `<|im_end|>` nor `[INST]` can be spelled.
"""

import json
import re
import unicodedata

CONTROL = re.compile(r"[<>\[\]|]")
KEPT = {"\n", "\t"}


def fenced(name: str, text: str) -> str:
    return f'<data name="{name}">\n{spelled(text)}\n</data>'


def spelled(text: str) -> str:
    """The text as one JSON string on one line, without invisible characters."""
    visible = "".join(c for c in text if c in KEPT or unicodedata.category(c)[0] != "C")
    written = re.sub("[\u2028\u2029]", r"\\n", json.dumps(visible, ensure_ascii=False))
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
