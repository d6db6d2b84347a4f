"""A copy without a model: the shop's own subjects and plays, plain sentences around the facts."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from assistant import copy_check, plays
from assistant.copy_check import Rules
from campaigns import plain
from campaigns.models import Template

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
SUBJECTS = 12  # of the shop's own templates, newest first


def write(template: Template, rules: Rules, variants: int) -> list[dict[str, Any]]:
    """So many variants as stand the check, each begun by another subject."""
    with override(rules.language):
        made = [
            _variant(template, rules, number, subject)
            for number, subject in enumerate(_subjects(template, rules))
        ]
    good = [each for each in made if not copy_check.faults(each, rules, "variants[0]")]
    return list({each["subject"]: each for each in good}.values())[:variants]


def _subjects(template: Template, rules: Rules) -> list[str]:
    """Those of a guide if it is one, the template's own, those of plays that send it, plain ones,
    and the shop's others; without a tag of Liquid."""
    others = Template.objects.filter(shop=template.shop).exclude(pk=template.pk)
    own = [template.subject, *others.order_by("-pk").values_list("subject", flat=True)[:SUBJECTS]]
    first, *rest = own
    fitting = [str(play.subject) for play in plays.ALL if template.key.startswith(play.template)]
    told = [*_guide_subjects(rules), first, *fitting, *_plain_subjects(), *rest]
    return [subject for subject in told if subject and not LIQUID.search(subject)]


def _guide_subjects(rules: Rules) -> list[str]:
    if not any(slot.endswith(".why") for slot in rules.facts):
        return []
    return [
        _("A short guide: {p1.title} and what goes beside it"),
        _("Which one suits you? A short guide"),
        _("What customers like you choose"),
    ]


def _plain_subjects() -> list[str]:
    return [
        _("{p1.title}, chosen for you"),
        _("Have you seen {p1.title}?"),
        _("A word about {p1.title}"),
    ]


def _variant(template: Template, rules: Rules, number: int, subject: str) -> dict[str, Any]:
    titles = [slot for slot in rules.facts if slot.endswith(".title")]
    openings = [
        _("Hello {name}, we thought of you."),
        _("Hello {name}, here is something you may like."),
        _("Hello {name}, a short word from {shop}."),
    ]
    closings = [
        _("Have a look when it suits you."),
        _("If you have a question, answer this mail: a person reads it."),
        _("We look forward to seeing you again."),
    ]
    own = [text for text in _own(template) if _stands(text, rules)]
    body = [
        own[0] if own and number == 0 else openings[number % 3],
        *(_line(title, rules) for title in titles),
        closings[number % 3],
    ]
    return {
        "subject": subject,
        "preheader": _("{p1.title} and more from {shop}") if titles else _("A word from {shop}"),
        "body": body[:5],
        "sms": _("{shop}: {p1.title} is waiting for you.") if titles
        else _("{shop}: have a look at what is new."),
        "alts": [_("A picture of {p1.title}") if titles else _("A picture from {shop}")]
        * rules.images,
    }  # fmt: skip


def _line(title: str, rules: Rules) -> str:
    price, why = title.replace(".title", ".price"), title.replace(".title", ".why")
    told = f"{{{title}}}: {{{price}}}" if price in rules.facts else f"{{{title}}}"
    return f"{told} – {{{why}}}" if why in rules.facts else told


def _own(template: Template) -> list[str]:
    """What the shop has said in this mail, where it stands without Liquid."""
    lines = plain.from_html(template.html).splitlines() if template.html else []
    return [line.strip() for line in lines if len(line.split()) > 4 and not LIQUID.search(line)]


def _stands(text: str, rules: Rules) -> bool:
    short = {"subject": "x", "preheader": "x", "sms": "x", "body": [text], "alts": []}
    found = copy_check.faults(short, rules, "")
    return not any(fault.at.startswith(".body") for fault in found)
