"""A variant becomes the parts of a template, and is checked as the mail editor checks a mail."""

from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from assistant import copy_facts, copywriter
from assistant.models import Copy
from campaigns import mail_check, ready_made, samples, writing
from campaigns.mail_check import Finding
from campaigns.models import Template

NAMED = '{% if customer.first_name != "" %}{{ customer.first_name }}{% endif %}'
# Each customer's own, with the reason in their language; nothing where there is none.
RECOMMENDED = (
    "{% for item in recommendations.new limit: 3 %}"
    "<mj-text><b>{{ item.title }}</b><br />{{ item.reason }}</mj-text>{% endfor %}"
)
GREETING = '<mj-text font-size="28px"'
PLACE = "Write here what you have to say."


def parts(copy: Copy, variant: dict[str, Any]) -> dict[str, str]:
    """The variant as a template's parts, its facts filled in."""

    def said(text: str) -> str:
        return copy_facts.filled(text, copy.facts, name=NAMED)

    return {
        "subject": said(variant["subject"]),
        "preheader": said(variant["preheader"]),
        "mjml": _mjml(copy, variant),
        "html": "",
        "text": "",
    }


def message(copy: Copy, variant: dict[str, Any]) -> dict[str, str]:
    """As `parts`, for a template that is sent as a text message."""
    text = copy_facts.filled(variant["sms"], copy.facts, name=NAMED)
    return parts(copy, variant) | {"text": text}


def _mjml(copy: Copy, variant: dict[str, Any]) -> str:
    """The shop's blank mail with the variant's words, and the pictures of the template."""

    def block(text: str) -> str:
        if text == f"{{{copy_facts.OWN}}}":
            return RECOMMENDED
        named = copy_facts.filled(escape(text, quote=False), _escaped(copy.facts), name=NAMED)
        return f"<mj-text>{named}</mj-text>"

    pictures = [
        f'<mj-image src="{source}" alt="{escape(copy_facts.filled(alt, copy.facts))}" />'
        for source, alt in zip(copywriter.images(copy.template), variant["alts"], strict=False)
    ]
    with override(copy.language):
        blank, place = ready_made.blank(), _(PLACE)
    lines = []
    for line in blank.splitlines():
        if place in line:
            lines += [*map(block, variant["body"]), *pictures]
        elif GREETING not in line:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _escaped(facts: dict[str, Any]) -> dict[str, Any]:
    return {slot: {"said": escape(fact["said"])} for slot, fact in facts.items()}


@dataclass(frozen=True)
class Checked:
    """What the mail editor says of a variant."""

    score: int
    findings: list[Finding]
    html: str


def checked(copy: Copy, variant: dict[str, Any]) -> Checked:
    """The variant as an invented customer would get it. Raises RenderingError, MjmlFault."""
    template = Template(shop=copy.shop, key=copy.template.key)
    writing.put(template, {**parts(copy, variant), "name": copy.template.name})
    context = samples.context_of(copy.shop, None)
    mail = samples.of(template, context)
    ways_out = (context["unsubscribe_url"], context["preferences_url"])
    found = mail_check.findings(
        mail.subject, mail.preheader, mail.html, mail.text, own_links=ways_out
    )
    return Checked(mail_check.score(found), found, mail.html)
