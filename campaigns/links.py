"""A template's links lead through us: rewritten once per wording, not per mail.

A link that is the same for everybody becomes the message's own address with the link's number. One
with Liquid in it is signed as it is rendered, with the number, so that nobody can make us lead
elsewhere. Links to ourselves, and what is no web address, stay as they are.
"""

import hashlib
import html as html_module
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from campaigns import liquid_text, seals

HREF = re.compile(
    r"""(<(?:a|area|v:[a-z]+)\s(?:[^<>]*?\s)?href\s*=\s*)("[^"<>]*"|'[^'<>]*')""", re.IGNORECASE
)
OWN = re.compile(r"\s*\{\{-?\s*(unsubscribe_url|preferences_url|browser_url)\b[^{}]*\}\}\s*")
WEB = re.compile(r"https?://", re.IGNORECASE)
BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
TARGET = "waymark.target"  # what a signed target is signed for
UNTRACKED = "data-untracked"
PIXEL = '<img src="{{ open_url }}" width="1" height="1" alt="" style="display:block;border:0">'


@dataclass(frozen=True)
class Wanted:
    """What is done to a template's links."""

    clicks: bool = False
    opens: bool = False
    utm_source: str = ""


@dataclass(frozen=True)
class Rewritten:
    """A template's HTML with its links rewritten, and where they led."""

    html: str
    targets: tuple[str, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.targets).encode()).hexdigest()[:32]


NOTHING = Wanted()


@lru_cache(maxsize=400)
def rewritten(html: str, wanted: Wanted) -> Rewritten:
    """The HTML as it goes out. The same text always gives the same numbers."""
    if wanted == NOTHING:
        return Rewritten(html, ())
    hidden, kept = liquid_text.hide(html)
    targets: list[str] = []

    def lead(match: re.Match[str]) -> str:
        before, quoted = match.groups()
        value = liquid_text.show(quoted[1:-1], kept)
        if UNTRACKED in before or not _is_ours_to_lead(value):
            return match[0]
        if wanted.clicks:
            targets.append(html_module.unescape(value).strip())
            return f"{before}{quoted[0]}{_through_us(value, len(targets))}{quoted[0]}"
        return f"{before}{quoted[0]}{_with_utm(value, wanted.utm_source)}{quoted[0]}"

    if wanted.clicks or wanted.utm_source:
        hidden = HREF.sub(lead, hidden)
    if wanted.opens:
        end = max((m.start() for m in BODY_END.finditer(hidden)), default=len(hidden))
        hidden = hidden[:end] + PIXEL + hidden[end:]
    return Rewritten(liquid_text.show(hidden, kept), tuple(targets))


def _is_ours_to_lead(value: str) -> bool:
    value = value.strip()
    return not OWN.fullmatch(value) and bool(WEB.match(value) or value.startswith("{{"))


def _through_us(value: str, number: int) -> str:
    if "{{" in value or "{%" in value:
        return f"{{% lead {number} %}}{value}{{% endlead %}}"
    return f"{{{{ click_url }}}}{number}/"


def _with_utm(value: str, source: str) -> str:
    if "utm_source=" in value or not WEB.match(value.strip()):
        return value
    address, hash_, fragment = value.strip().partition("#")
    joint = "&amp;" if "?" in address else "?"
    added = (
        f"utm_source={quote(source)}&amp;utm_medium=email&amp;utm_campaign={{{{ campaign.key }}}}"
    )
    return f"{address}{joint}{added}{hash_}{fragment}"


def with_utm(target: str, *, source: str, medium: str, campaign: str) -> str:
    """The address with what the shop's own statistics need to know; its own words stay."""
    if not source:
        return target
    parts = urlsplit(target)
    known = dict(parse_qsl(parts.query, keep_blank_values=True))
    wanted = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    added = urlencode({name: value for name, value in wanted.items() if name not in known})
    query = "&".join(filter(None, [parts.query, added]))
    return urlunsplit(parts._replace(query=query))


def led(click_url: str, number: int, target: str) -> str:
    """The address of a link whose target is known only now; the target itself where nothing is
    counted or it is no web address."""
    target = target.strip()
    if not click_url or not WEB.match(target):
        return target
    token = click_url.rstrip("/").rpartition("/")[2]
    signature = seals.seal(TARGET, f"{token}/{number}/{target}")
    return f"{click_url}{number}/?to={quote(target, safe='')}&s={signature}"


def stood_there(token: str, number: int, target: str, signature: str) -> bool:
    """Whether a message's link of that number led to this target."""
    return seals.is_sealed(TARGET, f"{token}/{number}/{target}", signature)
