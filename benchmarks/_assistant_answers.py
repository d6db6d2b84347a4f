"""The checked-in questions of customers, and how well they are answered."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import answers, knowledge
from assistant.models import Question, Source
from llm.providers.base import Provider
from shops.models import Shop

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """A question, the passage that has the answer and a piece of it, or that there is none."""

    text: str
    title: str = ""
    fact: str = ""
    refuse: bool = False


def cases() -> list[Case]:
    lines = (CASES / "questions.jsonl").read_text().splitlines()
    return [Case(**json.loads(line)) for line in lines]


def corrected(shop: Shop) -> list[Case]:
    """The shop's own cases: questions that a person answered and named the right source of."""
    rows = Question.objects.filter(shop=shop, right__isnull=False).select_related("right")
    return [Case(row.text, row.right.title) for row in rows if row.right]


def learn(shop: Shop) -> None:
    Source.objects.create(shop=shop, name="FAQ", text=(CASES / "knowledge.md").read_text())
    knowledge.read_due()


def measure(
    shop: Shop, provider: Provider | None, more: list[Case] | None = None
) -> dict[str, Any]:
    """How often the passage is among three; how often an answer is right, wrong or a person's."""
    found = dict.fromkeys(("asked", "recalled", "right", "handed_over", "wrong", "refused"), 0)
    asked = [*cases(), *(more or [])]
    for case in asked:
        said = answers.of_knowledge(shop, case.text, provider)
        if case.refuse:
            found["refused"] += not said.text
            continue
        found["asked"] += 1
        titles = [one.passage.title for one in knowledge.find(shop, case.text)]
        found["recalled"] += case.title in titles
        true = case.fact in said.text and any(p.title == case.title for p in said.passages)
        verdict = "right" if said.text and true else "wrong" if said.text else "handed_over"
        found[verdict] += 1
    return {
        **found,
        "to_refuse": sum(case.refuse for case in asked),
        "knowledge_recall_3": round(found["recalled"] / found["asked"], 3),
    }
