"""What is wrong with a mail before anybody gets it: plain reasons with weights. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from campaigns.links import UNTRACKED

CLIPPED_BYTES = 102 * 1024  # Gmail shows no more of a mail's HTML
LONGEST_SUBJECT = 70
FEW_WORDS, MANY_LETTERS = 30, 8
SHORTENERS = {
    "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
    "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com",
}  # fmt: skip
LOUD = re.compile(r"!{2,}|\?{2,}|[$€£]{2,}|!.*!")
ANSWER = re.compile(r"\s*(re|fwd?|aw|wg)\s*:", re.IGNORECASE)
PROMISES = re.compile(
    r"\b(100\s?% free|act now|cash bonus|click here|earn money|guaranteed|make money|no risk"
    r"|risk[- ]free|urgent|winner|you have won)\b",
    re.IGNORECASE,
)
ACTIVE = {"script", "iframe", "form", "object", "embed", "video", "audio"}
UNSEEN = {"head", "style", "script", "title"}
NAME = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
INNER = re.compile(r"(localhost|.*\.(local|localhost|internal|test)|127\..*|10\..*|192\.168\..*)$")


@dataclass(frozen=True)
class Finding:
    """One thing that a filter or a reader will mind; the weight is what it takes of 100."""

    weight: int
    words: str


@dataclass(frozen=True)
class Link:
    """A link of the mail: its address, what is read there, and what is wrong with it."""

    address: str
    words: str
    fault: str = ""
    is_counted: bool = True


def score(findings: list[Finding]) -> int:
    """100 for a mail that nobody minds."""
    return max(0, 100 - sum(each.weight for each in findings))


def findings(
    subject: str, preheader: str, html: str, text: str, *, own_links: tuple[str, ...] = ()
) -> list[Finding]:
    """What is wrong, the worst first. `own_links` are the ways out, of which one must be there."""
    page = _read(html)
    found = [*_of_subject(subject), *_of_page(page, html), *_of_links(page, own_links)]
    if not preheader.strip():
        found.append(Finding(3, _("There is no preheader: an inbox shows the mail's first words.")))
    if not text.strip():
        found.append(Finding(10, _("There is no text part.")))
    if promise := PROMISES.search(f"{subject} {text}"):
        found.append(Finding(5, _("“%s” is what filters look for.") % promise[0]))
    return sorted(found, key=lambda each: -each.weight)


def links(html: str, *, own_links: tuple[str, ...] = ()) -> list[Link]:
    """The links of a mail, each with its fault; the ways out are not among them."""
    page = _read(html)
    told = {address: words for address, words in page.links if address not in own_links}
    return [
        Link(
            address,
            words,
            _fault(address, words),
            bool(_host(address)) and address not in page.untracked,
        )
        for address, words in told.items()
    ]


def _of_subject(subject: str) -> Iterator[Finding]:
    letters = [each for each in subject if each.isalpha()]
    if not subject.strip():
        yield Finding(30, _("There is no subject."))
    if len(letters) >= MANY_LETTERS and sum(each.isupper() for each in letters) > len(letters) / 2:
        yield Finding(15, _("The subject shouts: most of it is in capitals."))
    if LOUD.search(subject):
        yield Finding(10, _("The subject has too many exclamation or currency marks."))
    if ANSWER.match(subject):
        yield Finding(15, _("The subject pretends to be an answer."))
    if len(subject) > LONGEST_SUBJECT:
        words = _("The subject has %(is)d characters; phones show about %(most)d.")
        yield Finding(3, words % {"is": len(subject), "most": LONGEST_SUBJECT})


def _of_page(page: "_Page", html: str) -> Iterator[Finding]:
    if (size := len(html.encode())) > CLIPPED_BYTES:
        words = _("The HTML has %d kB: Gmail clips it at 102, and hides the way out.")
        yield Finding(20, words % (size // 1024))
    if page.active:
        words = _("Mail programs remove <%s>, and filters distrust it.")
        yield Finding(25, words % sorted(page.active)[0])
    if page.images and len(page.words.split()) < FEW_WORDS:
        yield Finding(15, _("Nearly all of it is pictures: many readers see none of them."))
    if missing := sum(alt is None for _src, alt in page.images):
        words = _("Pictures without an alternative text: %d.")
        yield Finding(min(4 * missing, 12), words % missing)
    if any(urlsplit(src).scheme != "https" for src, _alt in page.images if "//" in src):
        yield Finding(5, _("A picture is fetched without https."))
    if any(len(src) > 200 and src.startswith("data:") for src, _alt in page.images):
        yield Finding(10, _("A picture stands in the mail itself; Gmail and Outlook show none."))


def _of_links(page: "_Page", own_links: tuple[str, ...]) -> Iterator[Finding]:
    addresses = {address for address, _words in page.links}
    if own_links and not addresses & set(own_links):
        yield Finding(30, _("There is no way out: link {{ unsubscribe_url }}."))
    hosts = {_host(address) for address in addresses}
    if short := sorted(hosts & SHORTENERS):
        yield Finding(20, _("%s hides where its links lead; filters distrust it.") % short[0])
    pretending = [words for address, words in page.links if _pretends(address, words)]
    if pretending:
        words = _("“%s” leads somewhere else than it says.")
        yield Finding(25, words % pretending[0])
    faulty = [a for a, words in page.links if a not in own_links and _fault(a, words)]
    if faulty:
        yield Finding(min(5 * len(faulty), 15), _("Links that lead nowhere: %d.") % len(faulty))


def _fault(address: str, words: str) -> str:
    if address.startswith(("mailto:", "tel:", "sms:")):
        return ""
    if not address or address == "#":
        return _("leads nowhere")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return _("is no address")
    if parts.scheme not in {"http", "https"}:
        return _("does not begin with https://")
    if "." not in host or " " in address or INNER.match(host):
        return _("leads to no public place")
    return "" if words else _("has no words and no alternative text")


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _pretends(address: str, words: str) -> bool:
    """Whether the words are an address, and another one."""
    said = re.sub("^https?://", "", words.strip(), flags=re.IGNORECASE).partition("/")[0]
    if not NAME.fullmatch(said) or not address.startswith("http"):
        return False
    return not _host(address).endswith(said.lower().removeprefix("www."))


class _Page(HTMLParser):
    """Collects words, links, pictures and what does not belong into a mail."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.links: list[tuple[str, str]] = []
        self.images: list[tuple[str, str | None]] = []
        self.active: set[str] = set()
        self.untracked: set[str] = set()
        self.unseen = 0
        self.open: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in ACTIVE:
            self.active.add(tag)
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "a" and "href" in known:
            self.open = (known["href"] or "").strip(), len(self.words)
            if UNTRACKED in known:
                self.untracked.add(self.open[0])
        elif tag == "img":
            self.images.append((known.get("src") or "", known.get("alt")))
            self.words += f" {known.get('alt') or ''}" if self.open else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "a" and self.open:
            address, begun = self.open
            self.links.append((address, " ".join(self.words[begun:].split())))
            self.open = None

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.words += data


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    return page
