"""Whom a marketer means, in a sentence, as a rule; what is not understood is asked back.

Phrases of our own are tried first: free, at once, and the same every time. A language model is
asked only about a sentence in which something is left over, and what it answers is held against
the catalogue and the sentence: no field, value or number that stands in neither.
"""

import re
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils.translation import gettext as _

from assistant import rule_grammar, sentences
from assistant.rule_grammar import Read
from assistant.rule_phrases import HAN, NUM
from assistant.rule_words import ENGLISH, Rule, Words, number, plain
from campaigns.plan_schema import shape
from llm import client
from llm.providers.base import Provider
from segments import choices, rules
from segments.operators import OPERATORS
from segments.rules import RuleError
from shops.models import Shop

LONGEST, MOST_OFFERED = 500, 40
TEXT = {"type": "string", "maxLength": 200}
VALUE = {"type": ["string", "number", "array", "null"], "items": {"type": ["string", "number"]}}
PRIVATE = {"customer.email"}


@dataclass(frozen=True)
class Written:
    """The rule as far as it was understood, in words, and what has to be made clear first."""

    rule: Rule | None
    words: str
    author: str
    asked: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return self.rule is not None and not self.asked


def write(shop: Shop, text: str, *, provider: Provider | None = None) -> Written:
    """The rule for a sentence; never a guess. Safe to repeat: nothing is kept."""
    words = Words(shop)
    text = text[:LONGEST]
    read = rule_grammar.read(text, words)
    ours = _written(shop, *_joined(read), "phrases")
    provider = provider or client.chosen()
    if not read.unknown or provider is None or provider.small:
        return ours
    theirs = by_model(shop, text, words, provider)
    if theirs.complete or ours.rule is None:
        # Where it answered nothing, what we did not understand is asked all the same.
        more = [] if theirs.complete or theirs.rule else ours.asked
        return replace(theirs, asked=list(dict.fromkeys([*theirs.asked, *more])))
    return ours


def _written(shop: Shop, rule: Rule | None, asked: list[str], author: str) -> Written:
    if rule is None:
        return Written(None, "", author, asked or [_("Say whom you mean.")])
    try:
        rules.compile(rule, shop=shop)
    except RuleError as fault:
        return Written(None, "", author, [*asked, str(fault)])
    return Written(rule, rules.describe(rule, shop=shop), author, asked)


def _joined(read: Read) -> tuple[Rule | None, list[str]]:
    """The conditions as one rule: those about one field that are joined by "or" stand together."""
    asked = [
        _("“%s” is not understood. Say it in other words, or choose it in the builder.") % word
        for word in read.unknown
    ]
    asked += read.questions
    if not read.rules:
        return None, asked
    groups = [[read.rules[0]]]
    joins = []
    for join, rule in zip(read.joins, read.rules[1:], strict=True):
        if join == "any" and _about(rule) == _about(groups[-1][-1]):
            groups[-1].append(rule)
        else:
            joins.append(join)
            groups.append([rule])
    parts = [group[0] if len(group) == 1 else {"any": group} for group in groups]
    if len(set(joins)) > 1:
        asked.append(_("It has “and” and “or” in it: say which belong together, or say it twice."))
        return None, asked
    return (parts[0] if len(parts) == 1 else {joins[0]: parts}), asked


def _about(rule: Rule) -> str:
    return str(rule.get("field") or next(iter(rule)))


def by_model(shop: Shop, text: str, words: Words, provider: Provider) -> Written:
    """What a model makes of the sentence, held against the catalogue and the sentence."""
    offered = _offered(shop, words)
    condition = shape(
        ["field", "op", "value"], field={"enum": sorted(offered)}, op=TEXT, value=VALUE
    )
    group = shape(["any"], any={"type": "array", "minItems": 1, "maxItems": 6, "items": condition})
    answer = client.ask(
        shop.pk,
        prompt=("assistant/rule", 1),
        purpose="rule from a sentence",
        parts={"sentence": text, "fields": "\n".join(offered.values()), "operators": _operators()},
        schema=shape(
            ["all", "asked"],
            all={"type": "array", "maxItems": 8, "items": {"anyOf": [condition, group]}},
            asked={"type": "array", "maxItems": 8, "items": TEXT},
        ),
        max_tokens=800,
        provider=provider,
    )
    if answer.outcome != "ok":
        why = sentences.no_answer(answer.outcome, answer.why)
        return Written(None, "", provider.model, [str(why)])
    parts = [_cleaned(part) for part in answer.data["all"]]
    rule = None if not parts else parts[0] if len(parts) == 1 else {"all": parts}
    found = _written(shop, rule, list(answer.data["asked"]), provider.model)
    invented = _invented(shop, text, words, parts)
    return replace(found, rule=None, asked=found.asked + invented) if invented else found


def _cleaned(part: Rule) -> Rule:
    if "any" in part:
        return {"any": [_cleaned(inner) for inner in part["any"]]}
    return {key: value for key, value in part.items() if value is not None}


def _offered(shop: Shop, words: Words) -> dict[str, str]:
    """A line per field that a model may use: path, name, type, and its values where they are known.

    Values of attributes are those that ten customers or more share: others would tell on somebody.
    """
    lines = {}
    for name, (kind, _sql, label) in settings.RULE_FIELDS.items():
        if name in PRIVATE:
            continue
        keys = [key for key, _l in choices.keys(shop, name)] if name.endswith("*") else [""]
        for key in keys[:MOST_OFFERED]:
            path = f"{name[:-1]}{key}" if key else name
            if name == "attributes.*":
                values = words.shared.get(key, [])
            else:
                values = [value for value, _l in choices.values(shop, name, key)]
            told = f" ; one of: {', '.join(values[:MOST_OFFERED])}" if values else ""
            lines[path] = f"{path} ; {label} {key} ; {'text' if kind == 'json' else kind}{told}"
    return lines


def _operators() -> str:
    return "\n".join(f"{kind}: {', '.join(known)}" for kind, known in OPERATORS.items())


def _invented(shop: Shop, text: str, words: Words, parts: list[Rule]) -> list[str]:
    """Values and numbers that stand neither in the sentence nor among what the shop has."""
    found = []
    said, numbers = plain(text), _numbers(plain(text))
    for rule in [inner for part in parts for inner in part.get("any", [part])]:
        name, value = rule["field"], rule.get("value")
        entry = name if name in settings.RULE_FIELDS else name.partition(".")[0] + ".*"
        key = name.partition(".")[2] if entry.endswith("*") else ""
        known = {v for v, _l in choices.values(shop, entry, key)} | set(words.shared.get(key, []))
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one not in known and (known or one.lower() not in said):
                found.append(
                    _("“%(value)s” is no value of %(field)s.") % {"value": one, "field": name}
                )
            if isinstance(one, int | float) and one not in numbers:
                found.append(_("The number %s is not in your sentence.") % one)
    return found


def _numbers(said: str) -> set[float]:
    """The numbers of a sentence, and what they are in cents, fractions and days."""
    found: set[float] = {0, 1}
    for told in re.findall(rf"{HAN}|\b(?:{NUM}|{'|'.join(ENGLISH)})\b", said):
        n = number(told)
        found |= {n, n * 100, n / 100, n * 7, n * 30, n * 365, n + 1, n - 1}
    return found
