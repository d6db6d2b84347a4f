"""Finds what a Chinese page still says in English: words between tags and in what is read aloud."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "pre", "code", "textarea"}
ALOUD = {"title", "placeholder", "aria-label", "alt"}
ICONS = "material-symbols"
# Anything with a digit, a slash, an underscore or a dot inside is a code or an address, as is what
# stands behind a currency's name.
LIQUID = re.compile(r"{{.*?}}|{%.*?%}")
CODE = re.compile(r"\S*(?:[\d/_@{}=*×]|[.:-](?=\w))\S*|· [A-Z]{3}$")
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    "waymark", "english", "simplified", "shopify", "woocommerce", "saleor", "twilio", "generic",
    "rfm", "api", "json", "jsonl", "csv", "xlsx", "html", "mjml", "dkim", "spf", "dmarc", "txt",
    "dns", "sha", "auc", "psi", "mase", "rmse", "mae", "vip", "webhook", "webhooks", "token",
    "eur", "utc", "liquid", "email", "sms", "yes", "head", "worker", "beat", "admin", "true",
    "apps", "develop", "enter", "alt", "ctrl", "delete", "cron", "never", "shop", "customer",
    "ascii", "esc", "web", "control", "command", "mac", "ldap", "mailto", "qini",
    "postmark", "mailgun", "mailjet", "resend", "sendgrid", "brevo", "mandrill",
    "sparkpost", "mailersend", "broadcast", "amazon", "ses", "gmail", "outlook",
    "sorani", "markdown", "faq", "uri", "url", "utf", "key", "hmac", "kmeans", "preheader",
}  # fmt: skip
# What tests/rows.py writes.
DATA = {
    "ann", "nice", "news", "till", "glaze", "product", "test", "second", "orders", "more", "buyers",
    "far", "how", "long", "rated", "reviews", "subject", "mug", "cheap",
}  # fmt: skip
ANSWER = "Thank you for taking the time to write to us. We look forward to seeing you again."


class Said(HTMLParser):
    """The texts of a page that people see or hear."""

    def __init__(self):
        super().__init__()
        self.open, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.texts += [known[name] or "" for name in ALOUD & known.keys()]
        silent = tag in SILENT or ICONS in (known.get("class") or "")
        if tag not in {"input", "meta", "link", "img", "br", "hr", "col", "source", "wbr"}:
            self.open.append((tag, silent))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(silent for _tag, silent in self.open):
            self.texts.append(" ".join(data.split()))


def english(page):
    """The texts with words that are no names."""
    said = Said()
    said.feed(page)
    return sorted(
        {
            text
            for text in said.texts
            if text != ANSWER  # a draft of an answer is in the review's language
            and {word.lower() for word in WORD.findall(CODE.sub(" ", LIQUID.sub(" ", text)))}
            - NAMES
            - DATA
        }
    )
