"""Finds forms within forms: a browser drops the inner one, and its buttons send the outer one."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """Collects the addresses of the forms that begin before another one has ended."""

    def __init__(self):
        super().__init__()
        self.depth, self.inner = 0, []

    def handle_starttag(self, tag, attrs):
        if tag == "form":
            if self.depth:
                self.inner.append(dict(attrs).get("action", ""))
            self.depth += 1

    def handle_endtag(self, tag):
        if tag == "form":
            self.depth -= 1


def forms(page):
    """The addresses of the inner forms of a page."""
    read = Forms()
    read.feed(page)
    return read.inner
