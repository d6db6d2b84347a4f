"""What the DNS says of a shop's sending domain, and the exact records that are missing.

`lookup` is the seam: it asks the resolver of this machine.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import dkim
from campaigns.mail_models import MailSettings
from shops import secrecy
from shops.models import Shop

SECONDS = 5
MOST_SPF_LOOKUPS = 10  # RFC 7208, 4.6.4
ASKING = re.compile(
    r"(?:^|\s)[+?~-]?(?:include:|a\b|mx\b|ptr\b|exists:)|\sredirect=", re.IGNORECASE
)
Lookup = Callable[[str, str], list[str]]


class NoAnswer(Exception):
    """The DNS could not be asked; nothing is known."""


@dataclass(frozen=True)
class Check:
    """One record: what was found, whether it is well, and what should stand there."""

    what: str
    name: str
    kind: str
    found: str
    well: bool
    advice: str = ""
    wanted: str = ""


def lookup(name: str, kind: str) -> list[str]:
    """The answers for a name; none where there are none. Raises NoAnswer."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, ValueError) as fault:
        raise NoAnswer(f"{name}: {fault}") from fault
    if kind == "TXT":
        return [b"".join(row.strings).decode(errors="replace") for row in answer]
    return [row.to_text() for row in answer]


def check(shop: Shop, ask: Lookup | None = None) -> list[Check]:
    """All records of the shop's sending domain."""
    ask = ask or lookup
    said = MailSettings.objects.filter(shop=shop).first() or MailSettings(shop=shop)
    domain = _domain(shop.from_email or settings.DEFAULT_FROM_EMAIL)
    back = _domain(said.return_path or settings.BOUNCE_ADDRESS) or domain
    return [
        _carefully("SPF", back, "TXT", lambda: _spf(back, ask)),
        _carefully("DKIM", f"{said.dkim_selector}._domainkey.{domain}", "TXT",
            lambda: _dkim(said, domain, ask)),
        _carefully("DMARC", f"_dmarc.{domain}", "TXT", lambda: _dmarc(said, domain, back, ask)),
        _carefully("MX", back, "MX", lambda: _mx(back, ask)),
    ]  # fmt: skip


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip("> ").lower()


def _carefully(what: str, name: str, kind: str, made: Callable[[], Check]) -> Check:
    try:
        return made()
    except NoAnswer as fault:
        advice = _("The DNS could not be asked. Try again later.")
        return Check(what, name, kind, str(fault)[:200], well=False, advice=advice)


def _spf(domain: str, ask: Lookup) -> Check:
    rows = [row for row in ask(domain, "TXT") if row.lower().split(" ")[0] == "v=spf1"]
    wanted = f"v=spf1 a:{settings.EMAIL_HOST} ~all"
    made = _Maker("SPF", domain, "TXT", " | ".join(rows))
    if not rows:
        advice = _("Add this record; your mail server's operator may name another mechanism.")
        return made.wrong(advice, wanted)
    if len(rows) > 1:
        return made.wrong(_("There may be only one such record: put them together."))
    if rows[0].lower().rstrip().endswith("+all"):
        return made.wrong(_("“+all” lets everybody send: end with ~all or -all."))
    if (count := _spf_lookups(domain, ask, set())) > MOST_SPF_LOOKUPS:
        return made.wrong(_("It asks %d more names; receivers stop at 10.") % count)
    return made.well()


def _spf_lookups(domain: str, ask: Lookup, seen: set[str]) -> int:
    """How many names a receiver must ask, includes followed."""
    if domain in seen or len(seen) > MOST_SPF_LOOKUPS:
        return 0
    seen.add(domain)
    count = 0
    for row in ask(domain, "TXT"):
        if row.lower().startswith("v=spf1"):
            count += len(ASKING.findall(row))
            for inner in re.findall(r"(?:include:|redirect=)(\S+)", row, re.IGNORECASE):
                count += _spf_lookups(inner.lower().rstrip("."), ask, seen)
    return count


def _dkim(said: MailSettings, domain: str, ask: Lookup) -> Check:
    name = f"{said.dkim_selector}._domainkey.{domain}"
    rows = ask(name, "TXT")
    made = _Maker("DKIM", name, "TXT", " | ".join(rows)[:300])
    if not said.dkim_public:
        advice = _("Make a key here if your mail server does not sign, or name its selector.")
        return made.well() if rows else made.wrong(advice)
    wanted = dkim.record(said.dkim_public)
    keys = [re.search(r"p=([A-Za-z0-9+/=]*)", re.sub(r"\s", "", row)) for row in rows]
    if any(key and key[1] == said.dkim_public for key in keys):
        return made.well()
    return made.wrong(_("Add this record; mails are signed once it is there."), wanted)


def _dmarc(said: MailSettings, domain: str, back: str, ask: Lookup) -> Check:
    name = f"_dmarc.{domain}"
    rows = [row for row in ask(name, "TXT") if row.lower().startswith("v=dmarc1")]
    made = _Maker("DMARC", name, "TXT", " | ".join(rows))
    if not rows:
        wanted = f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
        return made.wrong(_("Add this record, and a stricter policy when its reports look well."),
            wanted)  # fmt: skip
    if len(rows) > 1 or not re.search(r";\s*p\s*=\s*(none|quarantine|reject)\b", rows[0].lower()):
        return made.wrong(_("There must be one record, with p=none, p=quarantine or p=reject."))
    aligned = back == domain or back.endswith(f".{domain}") or domain.endswith(f".{back}")
    if not aligned and not said.dkim_public:
        advice = _("Bounces go to another domain, so only DKIM can pass: sign with a key.")
        return made.wrong(advice)
    return made.well()


def _mx(domain: str, ask: Lookup) -> Check:
    rows = ask(domain, "MX")
    made = _Maker("MX", domain, "MX", ", ".join(rows))
    return made.well() if rows else made.wrong(_("Bounces cannot come back: add a mail server."))


@dataclass(frozen=True)
class _Maker:
    """Makes the check of one record: in order, or what is wrong with it."""

    what: str
    name: str
    kind: str
    found: str

    def well(self) -> Check:
        return Check(self.what, self.name, self.kind, self.found, well=True)

    def wrong(self, advice: str, wanted: str = "") -> Check:
        known = self.what, self.name, self.kind, self.found
        return Check(*known, well=False, advice=advice, wanted=wanted)


def faults(ask: Lookup | None = None) -> Iterator[str]:
    """What is not well, for all shops that have an address of their own."""
    for shop in Shop.objects.exclude(from_email="").order_by("pk"):
        for each in check(shop, ask):
            if not each.well:
                yield f"{shop}: {each.what} ({each.name})"


def make_key(said: MailSettings) -> None:
    """A DKIM key for the shop; it signs once its record was seen. An existing one stays."""
    if not said.dkim_public:
        private, said.dkim_public = dkim.new_key()
        said.dkim_key_sealed = secrecy.seal(private)
        said.save(update_fields=["dkim_public", "dkim_key_sealed"])


def look(said: MailSettings, ask: Lookup | None = None) -> list[Check]:
    """All records as they are now; from the moment that the key's is there, mails are signed."""
    checks = check(said.shop, ask)
    seen = any(each.what == "DKIM" and each.well for each in checks) and said.dkim_public
    if seen and not said.dkim_seen_at:
        said.dkim_seen_at = now()
        said.save(update_fields=["dkim_seen_at"])
    return checks
