"""The readable text of a web page, with its headings as Markdown has them."""

from html.parser import HTMLParser

SILENT = {"script", "style", "nav", "footer", "header", "noscript", "template", "svg", "form"}
BLOCKS = {"p", "div", "section", "article", "li", "tr", "br", "ul", "ol", "table", "dt", "dd"}
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### "}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag in HEADINGS:
            self.pieces.append(f"\n\n{HEADINGS[tag]}")
        elif tag in BLOCKS:
            self.pieces.append("\n\n" if tag in {"p", "section", "article", "table"} else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT and self.silent > 0
        if tag in HEADINGS or tag in BLOCKS:
            self.pieces.append("\n\n" if tag in HEADINGS or tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(" ".join(data.split()) + " " if data.strip() else "")


def text_of(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)
