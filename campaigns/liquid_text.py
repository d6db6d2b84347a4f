"""Where Liquid stands in a text, found in one walk: no text of an author's makes it slow.

A regular expression that skips Liquid inside of tags tries every way to read `{{}}{{}}…` before it
gives up. Here each character is looked at once, and a mark that never ends is looked for once.
"""

import re
from collections.abc import Callable, Iterator

CLOSERS = {"{%": "%}", "{{": "}}"}
WHOLE = re.compile(r"\{%-?\s*(raw|comment|doc)\s*-?%\}")
BLOCK_ENDS = {
    name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment", "doc")
}
OPENER = re.compile(r"\{[%{]")
HIDDEN = re.compile("\ue000(\\d+)\ue001")
ALIEN = re.compile("[\ue000\ue001]")
TAG = re.compile(r"<(?=[a-zA-Z!/])")
NAME = re.compile(r"[a-zA-Z]+")


def spans(source: str) -> Iterator[tuple[int, int]]:
    """Where each Liquid tag and output stands; `raw` and `comment` with all that is in them."""
    at, ended = 0, set[str]()
    while opened := OPENER.search(source, at):
        start, mark = opened.start(), opened[0]
        end = -1 if mark in ended else source.find(CLOSERS[mark], start + 2)
        if end < 0:
            ended.add(mark)
            if len(ended) == len(CLOSERS):
                return
            at = start + 1
            continue
        at = _end_of_block(source, start, end + 2, ended)
        yield start, at


def _end_of_block(source: str, start: int, end: int, ended: set[str]) -> int:
    block = WHOLE.fullmatch(source, start, end)
    if not block or block[1] in ended:
        return end
    closed = BLOCK_ENDS[block[1]].search(source, end)
    if closed is None:
        ended.add(block[1])
        return end
    return closed.end()


def hide(source: str) -> tuple[str, list[str]]:
    """The text with a placeholder for each piece of Liquid, and the pieces."""
    source = ALIEN.sub("", source)
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\ue000{len(kept) - 1}\ue001"

    return replace(source, keep), kept


def show(text: str, kept: list[str]) -> str:
    """What `hide` took away, put back."""
    return HIDDEN.sub(lambda match: kept[int(match[1])], text)


def replace(source: str, by: Callable[[str], str]) -> str:
    """The text with each piece of Liquid replaced."""
    out, at = [], 0
    for start, end in spans(source):
        out += [source[at:start], by(source[start:end])]
        at = end
    return "".join([*out, source[at:]])


def tags(hidden: str) -> Iterator[tuple[int, int]]:
    """Where HTML tags stand in a text without Liquid; a title or a style with what is in it."""
    lower, at, unclosed = hidden.lower(), 0, set[str]()
    while opened := TAG.search(hidden, at):
        start = opened.start()
        ending = "-->" if hidden.startswith("<!--", start) else ">"
        if (end := hidden.find(ending, start)) < 0:
            return
        at = end + len(ending)
        name = NAME.match(lower, start + 1)
        if name and name[0] in {"title", "style"} and name[0] not in unclosed:
            closed = lower.find(f"</{name[0]}>", at)
            if closed < 0:
                unclosed.add(name[0])
            else:
                at = closed + len(name[0]) + 3
        yield start, at
