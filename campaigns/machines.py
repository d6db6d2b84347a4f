"""Who followed a link or fetched a picture: a person, or a program on their behalf.

What a call says of itself comes first, when it came second: nobody reads within two seconds.
Several links of one mail within a second are a scanner's (`campaigns.signals` sees that later).
"""

import re
from collections.abc import Mapping

PREFETCH = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
# Security gateways, link previews and libraries; each name as it stands in the user agent.
PROGRAMS = re.compile(
    r"bot\b|crawl|spider|slurp|scan|preview|validat|monitor|barracuda|proofpoint|mimecast|"
    r"trendmicro|symantec|fortinet|forcepoint|cloudmark|messagelabs|safelinks|urlscan|"
    r"facebookexternalhit|whatsapp|telegrambot|skypeuripreview|headless|phantomjs|"
    r"python-|curl/|wget/|go-http-client|java/|okhttp|libwww|httpclient|axios|node-fetch|"
    r"microsoft office existence discovery|ms-office",
    re.IGNORECASE,
)
# Apple's mail privacy fetches every picture, read or not, under this name and nothing more.
APPLE_PRIVACY = "Mozilla/5.0"


def hint(headers: Mapping[str, str], *, kind: str) -> str:
    """Why this call looks like a machine's; empty when it looks like a person's."""
    if any("prefetch" in headers.get(name, "").lower() for name in PREFETCH):
        return "prefetch"
    if any("preview" in headers.get(name, "").lower() for name in PREFETCH):
        return "prefetch"
    agent = headers.get("User-Agent", "").strip()
    if kind == "opened" and agent == APPLE_PRIVACY:
        return "privacy proxy"
    if len(agent) < len(APPLE_PRIVACY) or agent == APPLE_PRIVACY:
        return "no browser"
    return "program" if PROGRAMS.search(agent) else ""
