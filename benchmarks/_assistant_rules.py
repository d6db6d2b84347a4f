"""The checked-in sentences of the rule writer, and whether an answer finds the right members."""

import json
from dataclasses import dataclass
from pathlib import Path

from assistant import rule_writer
from benchmarks import _assistant_shop
from llm.providers.base import Provider
from segments.rules import Rule
from shops.models import Shop

FILE = Path(__file__).parent / "cases" / "rules.jsonl"


@dataclass(frozen=True)
class Case:
    """A sentence with the rule it means, or with the words that have to be asked back."""

    text: str
    rule: Rule | None = None
    asks: str = ""


def cases() -> list[Case]:
    return [Case(**json.loads(line)) for line in FILE.read_text().splitlines()]


def right(shop: Shop, case: Case, provider: Provider | None = None) -> bool:
    """The same members, or a question that names what was not understood."""
    written = rule_writer.write(shop, case.text, provider=provider)
    if case.rule is None:
        return not written.complete and case.asks in " ".join(written.asked)
    if not written.complete or written.rule is None:
        return False
    found = _assistant_shop.members(shop, written.rule)
    return found == _assistant_shop.members(shop, case.rule)
