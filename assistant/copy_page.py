"""A copy as it is looked at: facts marked with their source, the mail's score, where it can go."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from assistant import copy_check, copy_facts, copy_mail, sentences
from assistant.copy_facts import SLOT
from assistant.models import Copy
from campaigns import editor, program, subject_test
from campaigns.mjml_text import MjmlFault
from campaigns.models import Campaign, Template
from campaigns.plan_schema import PlanError
from campaigns.rendering import RenderingError


@dataclass(frozen=True)
class Piece:
    """Some words, and where they come from if they are a fact."""

    words: str
    source: str = ""


@dataclass(frozen=True)
class Page:
    """What the template shows of a copy."""

    copy: Copy

    @cached_property
    def variants(self) -> list[dict[str, Any]]:
        return [
            {
                "letter": chr(ord("A") + number),
                "author": variant.get("author", ""),
                "subject": self._pieces(variant["subject"]),
                "preheader": self._pieces(variant["preheader"]),
                "body": [self._pieces(text) for text in variant["body"]],
                "alts": [self._pieces(text) for text in variant["alts"]],
                "sms": self._pieces(variant["sms"]),
                "sms_length": len(copy_facts.filled(variant["sms"], self.copy.facts)),
                **self._checked(variant),
            }
            for number, variant in enumerate(self.copy.variants)
        ]

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """The steps that send the template, as `campaign/step`, and their words."""
        rows = Campaign.objects.filter(shop=self.copy.shop_id).order_by("name")
        return [
            (f"{campaign.pk}/{step['id']}", str(campaign))
            for campaign in rows.exclude(status__in=["finished", "cancelled"])
            for _path, step in program.walk(campaign.plan["steps"])
            if step.get("send") == self.copy.template.key and "id" in step
        ]

    @property
    def refused(self) -> list[str]:
        """What of a model's answer is not here, and why."""
        return sentences.refused(self.copy.refused)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """As they are kept, but for what is told to the marketer, not to customers."""
        if copy_facts.OWN not in self.copy.facts:
            return dict(self.copy.facts)
        return self.copy.facts | copy_facts.own(copy_facts.own_reasons(self.copy.language))

    @property
    def longest_sms(self) -> int:
        chinese = self.copy.language.startswith("zh")
        return copy_check.HAN_SMS if chinese else copy_check.LONGEST["sms"]

    def _pieces(self, text: str) -> list[Piece]:
        return list(_cut(text, self.facts))

    def _checked(self, variant: dict[str, Any]) -> dict[str, Any]:
        try:
            found = copy_mail.checked(self.copy, variant)
        except (RenderingError, MjmlFault) as fault:
            return {"fault": str(fault)}
        return {"score": found.score, "findings": found.findings, "html": found.html}


def _cut(text: str, facts: dict[str, Any]) -> Iterator[Piece]:
    at = 0
    for slot in SLOT.finditer(text):
        yield Piece(text[at : slot.start()])
        fact = facts.get(slot[1])
        yield Piece(fact["said"], fact["source"]) if fact else Piece(_("(first name)"))
        at = slot.end()
    yield Piece(text[at:])


def use(copy: Copy, number: int, where: str) -> tuple[Template, Campaign | None]:
    """Make a template of a variant, once; beside the step `campaign/step` if one is named.

    Raises PlanError.
    """
    campaign, step = _step(copy, where) if where else (None, {})
    variant = copy.variants[number]
    as_text = step.get("channel") == "sms"
    parts = copy_mail.message(copy, variant) if as_text else copy_mail.parts(copy, variant)
    made = subject_test.twin(copy.shop, copy.template.key, parts)
    if campaign:
        plan = subject_test.beside(campaign.plan, step["id"], made.key)
        editor.save(campaign, plan)
    return made, campaign


def _step(copy: Copy, where: str) -> tuple[Campaign, dict[str, Any]]:
    pk, _slash, name = where.partition("/")
    held = Campaign.objects.filter(shop=copy.shop_id, pk=pk if pk.isdigit() else 0).first()
    steps = program.walk(held.plan["steps"]) if held else ()
    step = next((step for _path, step in steps if step.get("id") == name and "send" in step), None)
    if held is None or step is None:
        raise PlanError("steps", _("there is no step “%s” that sends a mail.") % where[:60])
    return held, step
