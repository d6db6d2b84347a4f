"""No word of a copy is taken on trust: facts stand in slots, the rest must claim nothing.

Each refusal says where it is, such as `variants[0].subject`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant import checking, claims, copy_facts
from assistant.copy_facts import SLOT
from assistant.sentences import Refusal, Sentence
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


def faults(variant: dict[str, Any], rules: Rules, at: str) -> list[Refusal]:
    """What is wrong with a variant, each with its path; empty when it can be read by customers."""
    found = [
        Refusal(f"{at}.{path}", [fault])
        for path, text in texts(variant)
        for fault in (*_invented(text, rules), *_unwanted(text, rules))
    ]
    return [*found, *(Refusal(f"{at}.{part}", [fault]) for part, fault in _lengths(variant, rules))]


def _invented(text: str, rules: Rules) -> Iterator[Sentence]:
    for slot in SLOT.findall(text):
        if slot not in rules.facts and slot != copy_facts.NAME:
            yield Sentence("no_fact", slot=slot)
    bare = SLOT.sub(" ", text)
    if "{" in bare or "}" in bare or ACTIVE.search(bare):
        yield Sentence("own_tag")
    yield from checking.in_words(re.sub(r"\bone\b", " ", bare, flags=re.IGNORECASE))
    for claim in dict.fromkeys(hit[0] for hit in claims.CLAIM.finditer(_plain(bare))):
        if claim.lower() not in rules.known:
            yield Sentence("not_said", words=claim)
    for name in dict.fromkeys([*CAPITAL.findall(bare), *QUOTED.findall(bare)]):
        if name not in claims.USUAL and name.lower() not in rules.known:
            yield Sentence("no_product", name=name)


def unwanted(text: str, rules: Rules) -> list[Sentence]:
    """The words of a text, its facts filled in, that the shop does not use or nobody asked for."""
    return list(_unwanted(text, rules))


def _unwanted(text: str, rules: Rules) -> Iterator[Sentence]:
    plain = _plain(copy_facts.filled(text, rules.facts)).lower()
    for word in rules.forbidden:
        edge = "" if HAN.search(word) else r"\b"
        if re.search(rf"{edge}{re.escape(_plain(word).lower())}{edge}", plain):
            yield Sentence("not_used", word=word)
    bare = SLOT.sub(" ", text)
    letters = sum(each.isalpha() for each in bare)
    chinese = len(HAN.findall(bare))
    wanted = rules.language.startswith("zh")
    if letters and (chinese * 2 < letters if wanted else chinese > 0):
        yield Sentence("other_language")


def _lengths(variant: dict[str, Any], rules: Rules) -> Iterator[tuple[str, Sentence]]:
    """What is too long, by its part."""
    read = {part: copy_facts.filled(variant[part], rules.facts) for part in LONGEST}
    for part, most in LONGEST.items():
        longest = HAN_SMS if part == "sms" and HAN.search(read[part]) else most
        if len(read[part]) > longest:
            known = {"is": len(read[part]), "most": longest}
            yield part, Sentence("too_long", **known)
    words = _count(" ".join(variant["body"]))
    if words > BODY_WORDS:
        yield "body", Sentence("too_many_words", **{"is": words, "most": BODY_WORDS})


def _count(text: str) -> int:
    """Words; two Chinese characters are one."""
    return len(HAN.findall(text)) // 2 + len(HAN.sub(" ", text).split())


def _plain(text: str) -> str:
    visible: Iterable[str] = (c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible))
