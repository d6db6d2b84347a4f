"""What a review says, freed from markup and control characters."""

import html
import re

LONGEST = 20_000  # characters that are read; the longest of 36,748 shop reviews has 2,876

TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]{0,500}>", re.S | re.I)
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
SPACE = re.compile(r"[ \t\xa0\u3000]+")


def plain(text: object) -> str:
    """The words only, at most `LONGEST` characters of them; safe for Postgres and for display."""
    words = html.unescape(TAG.sub(" ", str(text or "")[: 4 * LONGEST]))
    words = CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    return SPACE.sub(" ", words).strip()[:LONGEST]
