"""Personal data out of texts before they leave, and back into answers when they return.

What is found becomes a mark such as {NAME_1}; the same thing always gets the same mark. When in
doubt a thing is hidden: too much costs the model a word, too little tells on somebody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from llm import personal_data

MARK = re.compile(r"\{(?:NAME|EMAIL|PHONE|ADDRESS|ORDER)_\d+\}")
HAN = re.compile(r"[\u3400-\u9fff]")


class Redaction:
    """The marks of one question; `known_names` are the names of the people it may speak of."""

    def __init__(self, known_names: Iterable[str] = ()) -> None:
        self.originals: dict[str, str] = {}
        self.marks: dict[tuple[str, str], str] = {}
        self.names = known_pattern(known_names)

    def hide(self, text: str) -> str:
        """The text with marks; what looks like a mark already is none of ours and is defused."""
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        return self.hide_again(MARK.sub(lambda found: f"({found[0][1:-1]})", text))

    def hide_again(self, text: str) -> str:
        """As `hide`, for an answer in which our own marks stand."""
        plain = folded(text)
        out, at = [], 0
        for start, end, kind in merged(self.spans(plain)):
            out += [text[at:start], self.mark(kind, text[start:end])]
            at = end
        return "".join([*out, text[at:]])

    def spans(self, plain: str) -> Iterator[tuple[int, int, str]]:
        if self.names:
            yield from ((*found.span(), "NAME") for found in self.names.finditer(plain))
        for kind, pattern in personal_data.PATTERNS:
            for found in pattern.finditer(plain):
                yield (*found.span(pattern.groups and 1), kind)

    def mark(self, kind: str, original: str) -> str:
        made = f"{{{kind}_{sum(known == kind for known, _ in self.marks) + 1}}}"
        mark = self.marks.setdefault((kind, original), made)
        self.originals[mark] = original
        return mark

    def fill(self, data: Any) -> Any:
        """The answer's data with every mark replaced by what it stands for."""
        if isinstance(data, str):
            return MARK.sub(lambda found: self.originals.get(found[0], found[0]), data)
        if isinstance(data, list):
            return [self.fill(item) for item in data]
        if isinstance(data, dict):
            return {key: self.fill(value) for key, value in data.items()}
        return data


def folded(text: str) -> str:
    """The text in small plain letters, character by character: é is e, １ is 1, ’ is '."""
    return "".join(plain(c) for c in text)


def plain(char: str) -> str:
    if char in "‘’ʼ":
        return "'"
    base = unicodedata.normalize("NFKD", char)[:1].lower()
    return base if len(base) == 1 else char


def merged(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans in order, overlapping ones as one, of the kind of the one that begins first."""
    found: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), found[-1][2])
        elif end > start:
            found.append((start, end, kind))
    return found


def known_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Every name, its parts, and the parts run together; longest first."""
    forms = {form for name in names for form in forms_of(folded(name))}
    if not forms:
        return None
    written = (
        re.escape(form) if HAN.search(form) else rf"(?<![^\W\d_]){re.escape(form)}(?![^\W\d_])"
        for form in sorted(forms, key=len, reverse=True)
    )
    return re.compile("|".join(f"(?:{form})" for form in written))


def forms_of(name: str) -> set[str]:
    parts = [part for part in re.split(r"[\s,.·・]+", name) if part]
    forms = {part for part in parts if len(part) > 1}
    if len(parts) > 1:
        forms |= {"".join(parts), "".join(reversed(parts)), " ".join(parts)}
    for part in parts:
        if HAN.search(part) and len(part) == 3:
            forms.add(part[1:])  # 王小明 is called 小明
    return forms
