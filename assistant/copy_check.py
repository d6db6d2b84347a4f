"""No word of a copy is taken on trust: facts stand in slots, the rest must claim nothing.

Each fault begins with the path to it, such as `variants[0].subject`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assistant import checking, claims, copy_facts
from assistant.copy_facts import SLOT
from campaigns.plan_schema import shape

LONGEST = {"subject": 60, "preheader": 100, "sms": 160}
BODY_WORDS, HAN_SMS = 120, 70
HAN = re.compile(r"[\u3400-\u9fff]")
ACTIVE = re.compile(r"[<>]|\{\{|\{%|https?:|www\.", re.IGNORECASE)
CAPITAL = re.compile(r"(?<=[\w,;:)] )([A-Z][\w'’-]+)")
QUOTED = re.compile(r"[“《「]([^”》」]{1,40})[”》」]")
TEXT = {"type": "string", "minLength": 1, "maxLength": 1200}


@dataclass(frozen=True)
class Rules:
    """What a copy is held against."""

    facts: dict[str, Any]
    language: str
    images: int = 0
    forbidden: list[str] = field(default_factory=list)

    @property
    def known(self) -> str:
        """All that the catalogue says, in small letters."""
        return " ".join(str(fact["said"]) for fact in self.facts.values()).lower()


def schema(rules: Rules, variants: int) -> dict[str, Any]:
    """The one shape of a copy, whoever wrote it."""
    one = shape(
        ["subject", "preheader", "body", "sms", "alts"],
        subject=TEXT | {"maxLength": 150},
        preheader=TEXT | {"maxLength": 200},
        body={"type": "array", "minItems": 1, "maxItems": 5, "items": TEXT},
        sms=TEXT | {"maxLength": 400},
        alts={"type": "array", "minItems": rules.images, "maxItems": rules.images,
              "items": TEXT | {"maxLength": 150}},
    )  # fmt: skip
    many = {"type": "array", "minItems": 1, "maxItems": variants, "items": one}
    return shape(["variants"], variants=many)


def texts(variant: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of a variant with its path."""
    for part in ("subject", "preheader", "sms"):
        yield part, variant[part]
    for part in ("body", "alts"):
        yield from ((f"{part}[{at}]", text) for at, text in enumerate(variant[part]))


def faults(variant: dict[str, Any], rules: Rules, at: str) -> list[str]:
    """What is wrong with a variant, each with its path; empty when it can be read by customers."""
    found = [
        f"{at}.{path}: {fault}"
        for path, text in texts(variant)
        for fault in (*_invented(text, rules), *_unwanted(text, rules))
    ]
    return [*found, *(f"{at}.{fault}" for fault in _lengths(variant, rules))]


def _invented(text: str, rules: Rules) -> Iterator[str]:
    for slot in SLOT.findall(text):
        if slot not in rules.facts and slot != copy_facts.NAME:
            yield _("there is no fact {%s}") % slot
    bare = SLOT.sub(" ", text)
    if "{" in bare or "}" in bare or ACTIVE.search(bare):
        yield _("it has a tag, a link or a bracket of its own")
    yield from checking.in_words(re.sub(r"\bone\b", " ", bare, flags=re.IGNORECASE))
    for claim in dict.fromkeys(hit[0] for hit in claims.CLAIM.finditer(_plain(bare))):
        if claim.lower() not in rules.known:
            yield _("the catalogue does not say “%s”") % claim
    for name in dict.fromkeys([*CAPITAL.findall(bare), *QUOTED.findall(bare)]):
        if name not in claims.USUAL and name.lower() not in rules.known:
            yield _("“%s” is no product or brand of the catalogue") % name


def unwanted(text: str, rules: Rules) -> list[str]:
    """The words of a text, its facts filled in, that the shop does not use or nobody asked for."""
    return list(_unwanted(text, rules))


def _unwanted(text: str, rules: Rules) -> Iterator[str]:
    plain = _plain(copy_facts.filled(text, rules.facts)).lower()
    for word in rules.forbidden:
        edge = "" if HAN.search(word) else r"\b"
        if re.search(rf"{edge}{re.escape(_plain(word).lower())}{edge}", plain):
            yield _("“%s” is a word that the shop does not use") % word
    bare = SLOT.sub(" ", text)
    letters = sum(each.isalpha() for each in bare)
    chinese = len(HAN.findall(bare))
    wanted = rules.language.startswith("zh")
    if letters and (chinese * 2 < letters if wanted else chinese > 0):
        yield _("it is not in the language that was asked for")


def _lengths(variant: dict[str, Any], rules: Rules) -> Iterator[str]:
    read = {part: copy_facts.filled(variant[part], rules.facts) for part in LONGEST}
    for part, most in LONGEST.items():
        longest = HAN_SMS if part == "sms" and HAN.search(read[part]) else most
        if len(read[part]) > longest:
            known = {"is": len(read[part]), "most": longest}
            yield f"{part}: " + _("%(is)d characters; %(most)d are the most") % known
    words = _count(" ".join(variant["body"]))
    if words > BODY_WORDS:
        yield "body: " + _("%(is)d words; %(most)d are the most") % {
            "is": words, "most": BODY_WORDS}  # fmt: skip


def _count(text: str) -> int:
    """Words; two Chinese characters are one."""
    return len(HAN.findall(text)) // 2 + len(HAN.sub(" ", text).split())


def _plain(text: str) -> str:
    visible: Iterable[str] = (c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible))
