"""The text part of a mail, made from its HTML where the author gave none."""

import re
from html.parser import HTMLParser

from campaigns import liquid_text

BLANKS = re.compile(r"[ \t\r\n\f]+")
UNSEEN = {"head", "style", "script", "title"}
PARAGRAPHS = {"p", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
LINES = {"div", "tr", "section", "article", "header", "footer", "li"}
TAGS_ALONE = re.compile(r"^(?:\ue000\d+\ue001[ ]?)+\n+", re.MULTILINE)
EMPTY_LINES = re.compile(r"\n\s*\n\s*")


class _Reader(HTMLParser):
    """Collects what a person would read, link addresses behind their words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.links: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "a":
            self.links.append((known.get("href") or "").strip())
        elif tag == "img":
            self.handle_data(known.get("alt") or "")
        elif tag in {"br", "hr"}:
            self.out.append("\n")
        self._space(tag)
        if tag == "li":
            self.out.append("* ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "a" and self.links and (link := self.links.pop()):
            if not "".join(self.out[-8:]).rstrip().endswith(link):
                self.out.append(f" ({link})")
        elif tag in {"td", "th"}:
            self.out.append(" ")
        self._space(tag)

    def _space(self, tag: str) -> None:
        wanted = 2 if tag in PARAGRAPHS else 1 if tag in LINES else 0
        ending = "".join(self.out[-2:])
        self.out.append("\n" * (wanted - (len(ending) - len(ending.rstrip("\n")))))

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.out.append(BLANKS.sub(" ", data))


def from_html(source: str) -> str:
    """The words of an HTML template, its Liquid left as it was."""
    hidden, kept = liquid_text.hide(source)
    reader = _Reader()
    reader.feed(hidden)
    reader.close()
    lines = (BLANKS.sub(" ", line).strip() for line in "".join(reader.out).split("\n"))
    text = EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
    return liquid_text.show(_tags_beside_words(text, kept), kept) + "\n"


def _tags_beside_words(text: str, kept: list[str]) -> str:
    """A line of Liquid tags alone goes to the words behind it: it says nothing, and would leave an
    empty line in every mail."""

    def moved(line: re.Match[str]) -> str:
        held = [kept[int(number)] for number in liquid_text.HIDDEN.findall(line[0])]
        return line[0].rstrip() if all(each.startswith("{%") for each in held) else line[0]

    return TAGS_ALONE.sub(moved, text)
