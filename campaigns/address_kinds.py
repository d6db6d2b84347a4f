"""Addresses that are seldom a person's, or seldom right. Pure lists, written by hand for this
project (2026): the domains from what the services say of themselves, the slips worked out below.
"""

from collections.abc import Iterator

# Read by whoever is on duty, or by nobody (after RFC 2142 and what shops use).
ROLES = (
    "abuse", "accounting", "accounts", "admin", "administrator", "billing", "bookings", "contact",
    "customerservice", "do-not-reply", "donotreply", "enquiries", "finance", "ftp", "help",
    "helpdesk", "hostmaster", "hr", "info", "inquiries", "invoice", "invoices", "it", "jobs",
    "kontakt", "mailer-daemon", "marketing", "media", "newsletter", "no-reply", "noc", "noreply",
    "office", "orders", "postmaster", "press", "privacy", "purchasing", "root", "sales", "security",
    "service", "shop", "spam", "staff", "subscribe", "support", "team", "test", "unsubscribe",
    "usenet", "webmaster", "www",
)  # fmt: skip

# Mailboxes that last for minutes, or that everybody can read.
DISPOSABLE = (
    "10minutemail.com", "10minutemail.net", "20minutemail.com", "33mail.com", "anonaddy.me",
    "burnermail.io", "byom.de", "discard.email", "dispostable.com", "dropmail.me", "emailfake.com",
    "emailondeck.com", "fakeinbox.com", "fakemail.net", "getairmail.com", "getnada.com", "grr.la",
    "guerrillamail.biz", "guerrillamail.com", "guerrillamail.de", "guerrillamail.info",
    "guerrillamail.net", "guerrillamail.org", "inboxkitten.com", "jetable.org", "mail-temp.com",
    "mailcatch.com", "maildrop.cc", "mailinator.com", "mailinator.net", "mailnesia.com",
    "mailnull.com", "mailsac.com", "minutemail.com", "mintemail.com", "moakt.com", "mohmal.com",
    "mytemp.email", "mytrashmail.com", "nada.email", "one-off.email", "sharklasers.com",
    "spam4.me", "spambox.us", "spamgourmet.com", "temp-mail.io", "temp-mail.org", "tempail.com",
    "tempinbox.com", "tempmail.dev", "tempmail.net", "tempmailo.com", "tempr.email",
    "throwawaymail.com", "trash-mail.com", "trashmail.com", "trashmail.de", "trashmail.net",
    "wegwerfmail.de", "wegwerfmail.net", "yopmail.com", "yopmail.fr", "yopmail.net",
)  # fmt: skip

# The mailboxes that most people have; a slip of the finger beside one of them is no domain of its
# own, with the exceptions below.
WELL_KNOWN = (
    "126.com", "163.com", "aol.com", "fastmail.com", "foxmail.com", "gmail.com", "gmx.de",
    "googlemail.com", "hotmail.co.uk", "hotmail.com", "hotmail.fr", "icloud.com", "libero.it",
    "live.com", "mail.ru", "msn.com", "naver.com", "orange.fr", "outlook.com", "proton.me",
    "protonmail.com", "qq.com", "sina.com", "t-online.de", "web.de", "yahoo.co.jp",
    "yahoo.co.uk", "yahoo.com", "yahoo.fr", "yandex.ru",
)  # fmt: skip
REAL = {
    "email.com", "fastmail.co", "gail.com", "gmai.com", "gmx.com", "gmx.net", "hotmail.co",
    "icloud.co", "live.co", "mail.com", "msn.co", "ms.com", "naver.co", "proton.com",
    "protonmail.co", "sina.cn", "ymail.com",
}  # fmt: skip
ENDINGS = {"com": ("con", "cmo", "ocm", "cm", "om", "comm", "coom", "vom", "xom", "cpm", "co")}
SHORTEST = 5  # letters of a name, below which a slip may well be another name


def _slips() -> Iterator[tuple[str, str]]:
    for domain in WELL_KNOWN:
        name, _dot, ending = domain.partition(".")
        for other in ENDINGS.get(ending, ()):
            yield f"{name}.{other}", domain
        if len(name) < SHORTEST:
            continue
        for at in range(len(name)):
            yield f"{name[:at]}{name[at + 1 :]}.{ending}", domain  # left out
            yield f"{name[: at + 1]}{name[at:]}.{ending}", domain  # struck twice
            swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
            yield f"{swapped}.{ending}", domain


# What was written: what was meant.
SLIPS = {
    wrong: right
    for wrong, right in _slips()
    if wrong not in REAL and wrong not in WELL_KNOWN and not wrong.startswith(".")
}
