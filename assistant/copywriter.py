"""Subject, preheader, body and text message for a template, in variants, in the shop's voice.

A model words; every fact is a slot that the server fills from the catalogue, and what else it
claims is refused, after one turn in which it may mend it. Without a model, with a small one, and
where nothing of an answer stands, the shop's own templates and plays fill the same schema.
"""

import re
from dataclasses import dataclass
from typing import Any

from assistant import copy_check, copy_facts, copy_rules, discounts, sentences
from assistant.copy_check import Rules
from assistant.models import Copy, Voice
from assistant.sentences import Refusal
from campaigns.models import Template
from llm import client
from llm.providers.base import Provider
from segments.models import Segment

VARIANTS = 3
IMAGE = re.compile(r"<(?:mj-image|img)\b[^>]*>", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc\s*=\s*["']([^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class Brief:
    """What is asked for; `products` are ids or words of titles, one a line.

    With a persona it is a buying guide: each product with why it suits them. `own` ends the mail
    with what each customer is recommended, and the reason.
    """

    goal: str
    language: str = "en"
    products: str = ""
    discount_percent: float = 0
    persona: Segment | None = None
    own: bool = False


def write(template: Template, brief: Brief, *, provider: Provider | None = None) -> Copy:
    """Write and keep it; nothing is sent or changed. Raises copy_facts.Unknown."""
    voice = Voice.objects.filter(shop=template.shop).first() or Voice(shop=template.shop)
    facts = _facts(template, brief)
    rules = Rules(facts, brief.language, len(images(template)), voice.words)
    provider = provider or client.chosen()
    variants: list[dict[str, Any]] = []
    refused: list[Refusal] = []
    author = "rules"
    if provider is not None and not provider.small:
        variants, refused = _by_model(template, brief, rules, voice, provider)
        author = provider.model
    if not variants:
        author = "rules"
    variants = _filled_up(variants, template, rules)
    if brief.own:
        refused += _add_own(variants, rules)
    return Copy.objects.create(
        shop=template.shop, template=template, goal=brief.goal[:300], language=brief.language,
        discount_percent=brief.discount_percent, author=author, facts=facts, variants=variants,
        refused=[each.row for each in refused],
    )  # fmt: skip


def _filled_up(
    variants: list[dict[str, Any]], template: Template, rules: Rules
) -> list[dict[str, Any]]:
    """As many as were asked for: what a model leaves open, rules fill, and it says so."""
    if len(variants) >= VARIANTS:
        return variants
    taken = {each["subject"] for each in variants}
    ours = [each for each in copy_rules.write(template, rules, VARIANTS)
            if each["subject"] not in taken]  # fmt: skip
    mark = {"author": "rules"} if variants else {}
    return [*variants, *(each | mark for each in ours)][:VARIANTS]


def _facts(template: Template, brief: Brief) -> dict[str, Any]:
    shop, why = template.shop, None
    if brief.persona:
        chosen, why = copy_facts.of_persona(brief.persona, brief.products)
    else:
        chosen = copy_facts.products(shop, brief.products)
    return copy_facts.of(shop, chosen, brief.language, brief.discount_percent, why)


def _add_own(variants: list[dict[str, Any]], rules: Rules) -> list[Refusal]:
    """End each variant with every customer's own recommendations; or why that cannot be."""
    reasons = copy_facts.own_reasons(rules.language)
    wrong = [Refusal(copy_facts.OWN, [each]) for each in copy_check.unwanted(reasons, rules)]
    if not wrong:
        rules.facts.update(copy_facts.own(reasons))
        for variant in variants:
            variant["body"] = [*variant["body"], f"{{{copy_facts.OWN}}}"]
    return wrong


def images(template: Template) -> list[str]:
    """The addresses of the template's pictures, in order."""
    found = (SOURCE.search(tag) for tag in IMAGE.findall(template.mjml or template.html))
    return [source[1] for source in found if source][:6]


def _by_model(
    template: Template, brief: Brief, rules: Rules, voice: Voice, provider: Provider
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """The variants that stand, and what was refused in the end."""
    parts = {
        "goal": brief.goal,
        "language": brief.language,
        "facts": "\n".join(f"{{{slot}}} ; {fact['said']}" for slot, fact in rules.facts.items()),
        "voice": voice.examples or template.subject,
        "forbidden": "\n".join(rules.forbidden) or "-",
        "images": str(rules.images),
    }
    good, refused = _asked(template, parts, rules, brief, provider, "copy")
    if not refused:
        return good, []
    again = {**parts, "faults": "\n".join(map(str, refused))[:3000]}
    better, still = _asked(template, again, rules, brief, provider, "copy_again")
    merged = {each["subject"]: each for each in [*good, *better]}
    return list(merged.values())[:VARIANTS], still


def _asked(
    template: Template, parts: dict[str, str], rules: Rules, brief: Brief, provider: Provider,
    prompt: str,
) -> tuple[list[dict[str, Any]], list[Refusal]]:  # fmt: skip
    answer = client.ask(
        template.shop_id,
        prompt=(f"assistant/{prompt}", 1),
        purpose="copy of a mail",
        parts=parts,
        schema=copy_check.schema(rules, VARIANTS),
        max_tokens=2500,
        provider=provider,
    )
    if answer.outcome != "ok":
        return [], [sentences.no_answer(answer.outcome, answer.why)]
    good, refused = [], []
    for number, said in enumerate(answer.data["variants"]):
        variant = _slotted(said, rules)
        wrong = [
            *copy_check.faults(variant, rules, f"variants[{number}]"),
            *_dear(variant, rules, brief, f"variants[{number}]"),
        ]
        refused += wrong
        good += [] if wrong else [variant]
    return good, refused


def _slotted(said: dict[str, Any], rules: Rules) -> dict[str, Any]:
    def slot(text: str) -> str:
        return copy_facts.slotted(text, rules.facts)

    return {
        part: [slot(each) for each in text] if isinstance(text, list) else slot(text)
        for part, text in said.items()
    }


def _dear(variant: dict[str, Any], rules: Rules, brief: Brief, at: str) -> list[Refusal]:
    """What promises more off than the request allows."""
    return [
        Refusal(f"{at}.{path}", [fault])
        for path, text in copy_check.texts(variant)
        for fault in discounts.faults(copy_facts.filled(text, rules.facts), brief.discount_percent)
    ]
