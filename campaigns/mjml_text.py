"""MJML becomes HTML, once per wording: its Liquid survives, and what is wrong has a line.

Authors are not trusted. The compiler recurses and would end the process over deep nesting, passes
on what it does not know, and takes an element that is never closed for the end of the text. So each
tag is read here first, by a grammar narrower than its own: whatever both read, both read alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import mjml
from django.utils.translation import gettext as _

from campaigns import liquid_text

LONGEST, LONGEST_HTML, DEEPEST = 300_000, 500_000, 60
NAME = r"[a-zA-Z][a-zA-Z0-9:_-]*+"
ATTRIBUTE = re.compile(rf"""\s++({NAME})\s*+=\s*+("[^"<]*+"|'[^'<]*+')""")
OPENING = re.compile(rf"""<({NAME})((?:\s++{NAME}\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+)\s*+(/?)>""")
CLOSING = re.compile(rf"</({NAME})\s*+>")
TEXT_END = re.compile("<")
POSITION = re.compile(r" in root template(?: at position (\d+):\d+)?$")
SAFE = re.compile(r"[ !#-\[\]-~]*+")  # what the compiler writes as it was
ANY = frozenset[str]()
COLUMN = frozenset({"mj-column", "mj-hero", "mj-attributes"})
HEAD = frozenset({"mj-head"})
ATTRIBUTES = frozenset({"mj-attributes"})
# Each MJML tag and where it may stand; in `mj-attributes` all stand for their defaults.
PARENTS: dict[str, frozenset[str]] = {
    "mjml": ANY,
    "mj-head": frozenset({"mjml"}),
    "mj-body": frozenset({"mjml"}),
    **dict.fromkeys(("mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style",
                     "mj-title"), HEAD),
    **dict.fromkeys(("mj-all", "mj-class"), ATTRIBUTES),
    "mj-wrapper": frozenset({"mj-body"}) | ATTRIBUTES,
    "mj-section": frozenset({"mj-body", "mj-wrapper"}) | ATTRIBUTES,
    "mj-hero": frozenset({"mj-body", "mj-wrapper"}) | ATTRIBUTES,
    "mj-group": frozenset({"mj-section"}) | ATTRIBUTES,
    "mj-column": frozenset({"mj-section", "mj-group"}) | ATTRIBUTES,
    **dict.fromkeys(("mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image",
                     "mj-navbar", "mj-social", "mj-spacer", "mj-table", "mj-text"), COLUMN),
    "mj-accordion-element": frozenset({"mj-accordion"}) | ATTRIBUTES,
    "mj-accordion-title": frozenset({"mj-accordion-element"}) | ATTRIBUTES,
    "mj-accordion-text": frozenset({"mj-accordion-element"}) | ATTRIBUTES,
    "mj-carousel-image": frozenset({"mj-carousel"}) | ATTRIBUTES,
    "mj-navbar-link": frozenset({"mj-navbar"}) | ATTRIBUTES,
    "mj-social-element": frozenset({"mj-social"}) | ATTRIBUTES,
    "mj-raw": frozenset({"mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group"}) | COLUMN,
}  # fmt: skip
# What holds MJML tags alone: HTML stands in a text, a table, a button or in mj-raw.
STRUCTURE = frozenset[str]().union(*PARENTS.values())
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class MjmlFault(ValueError):
    """MJML that cannot become HTML, with its line where it is known."""


@dataclass
class _Source:
    """A text whose Liquid, and what the compiler would spell otherwise, is hidden by words."""

    text: str
    kept: list[str]
    mark: str
    said: list[str] = field(default_factory=list)  # what is given to the compiler

    def once(self, text: str) -> str:
        return re.sub(f"{self.mark}(\\d+)z", lambda found: self.kept[int(found[1])], text)

    def shown(self, text: str) -> str:
        return self.once(self.once(text))  # a hidden attribute may hold hidden Liquid

    def fault(self, at: int, words: str) -> MjmlFault:
        line = self.shown(self.text[:at]).count("\n") + 1
        return MjmlFault(_("line %(line)d: %(words)s") % {"line": line, "words": words})


@lru_cache(maxsize=50)
def compiled(source: str) -> str:
    """The HTML of this MJML, with its Liquid. Raises MjmlFault."""
    if len(source) > LONGEST:
        raise MjmlFault(_("is longer than %d characters.") % LONGEST)
    held = _hidden(source)
    _read(held)
    try:
        html = mjml.mjml2html("".join(held.said), fonts={}, include_loader=None)
    except ValueError as fault:
        raise _explained(held, str(fault)) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # how Rust's own faults arrive here
            raise
        raise MjmlFault(_("the compiler cannot read this text.")) from fault
    if len(html) > LONGEST_HTML:
        raise MjmlFault(_("becomes more than %d characters of HTML.") % LONGEST_HTML)
    _check_kept(held, held.once(html) + html)
    return held.shown(html)


def _check_kept(held: _Source, html: str) -> None:
    """Nothing of the author's Liquid may be lost. Raises MjmlFault."""
    for found in re.finditer(f"{held.mark}\\d+z", held.text[held.text.find("<mj-body") :]):
        if found[0] not in html:
            piece = held.shown(found[0])
            words = _("%s cannot stand here: a size has to be a number.") % piece
            raise held.fault(held.text.index(found[0]), words)


def _hidden(source: str) -> _Source:
    mark = "lq"
    while mark in source:
        mark += "q"
    text, kept = liquid_text.hide(source.replace("\r\n", "\n"))
    return _Source(liquid_text.HIDDEN.sub(rf"{mark}\g<1>z", text), kept, mark)


def _read(held: _Source) -> None:
    """Check every tag, and keep what is given to the compiler. Raises MjmlFault."""
    open_: list[tuple[str, int]] = []
    for at, piece in _pieces(held):
        if "<mjml" not in piece and not open_ and piece.strip():
            raise held.fault(at, _("everything stands in <mjml>."))
        closing, opening = CLOSING.fullmatch(piece), OPENING.fullmatch(piece)
        if closing:
            if not open_ or open_[-1][0] != closing[1].lower():
                raise held.fault(at, _("</%s> closes nothing that is open.") % closing[1])
            open_.pop()
        elif opening:
            _check_place(held, at, opening[1].lower(), [name for name, _at in open_])
            piece = _plain(held, opening)
            if not opening[3] and opening[1].lower() not in VOID:
                open_.append((opening[1].lower(), at))
            if len(open_) > DEEPEST:
                raise held.fault(at, _("is nested more than %d deep.") % DEEPEST)
        held.said.append(piece)
    if open_:
        raise held.fault(open_[-1][1], _("<%s> is never closed.") % open_[-1][0])


def _pieces(held: _Source) -> Iterator[tuple[int, str]]:
    """The tags, comments and texts, one after the other."""
    text, at = held.text, 0
    while at < len(text):
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4) + 3
            if end < 3 or "--" in text[at + 4 : end - 3]:
                raise held.fault(at, _("a comment ends with --> and has no other -- in it."))
        elif text[at] == "<":
            found = CLOSING.match(text, at) or OPENING.match(text, at)
            if not found:
                raise held.fault(at, _unreadable(held, at))
            end = found.end()
        else:
            end = found.start() if (found := TEXT_END.search(text, at)) else len(text)
        yield at, text[at:end]
        at = end


def _unreadable(held: _Source, at: int) -> str:
    tag = re.compile(rf"</?{NAME}").match(held.text, at)
    if not tag:
        return _("a bare < is written &lt;.")
    words = _('%s… cannot be read: each attribute is name="value", and Liquid stands in values.')
    return words % held.shown(tag[0])


def _check_place(held: _Source, at: int, name: str, above: list[str]) -> None:
    if name == "mj-include":
        raise held.fault(at, _("nothing can be included."))
    if "mj-raw" in above or (not above and name == "mjml"):
        return
    if name.startswith("mj") and name not in PARENTS:
        raise held.fault(at, _("<%s> is no MJML tag.") % name)
    is_at_home = above[-1] in PARENTS[name] if name in PARENTS else above[-1] not in STRUCTURE
    if not is_at_home:
        words = _("<%(name)s> cannot stand in <%(place)s>.") % {"name": name, "place": above[-1]}
        raise held.fault(at, words)


def _plain(held: _Source, tag: re.Match[str]) -> str:
    """The tag with its attributes in double quotes, spelt in letters that stay as they are."""

    def said(found: re.Match[str]) -> str:
        value = found[2][1:-1]
        if not SAFE.fullmatch(value):
            held.kept.append(value.replace('"', "&quot;"))
            value = f"{held.mark}{len(held.kept) - 1}z"
        return f' {found[1]}="{value}"'

    return f"<{tag[1]}{ATTRIBUTE.sub(said, tag[2])}{' /' if tag[3] else ''}>"


def _explained(held: _Source, words: str) -> MjmlFault:
    at = POSITION.search(words)
    said = POSITION.sub("", words)
    if not at or not at[1]:
        return MjmlFault(said)
    whole = "".join(held.said).encode()[: int(at[1])].decode(errors="ignore")
    line = held.shown(whole).count("\n") + 1
    return MjmlFault(_("line %(line)d: %(words)s") % {"line": line, "words": said})
