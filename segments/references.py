"""Segments that ask for other segments: in which order they are filled, and no circles."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from segments.faults import RuleError, join
from segments.models import Segment
from shops.models import Shop


def named(rule: Any, path: str = "") -> list[tuple[str, str]]:
    """The segments that a rule asks for, each with the path to where it does."""
    if isinstance(rule, list):
        return [pair for n, part in enumerate(rule) for pair in named(part, f"{path}[{n}]")]
    if not isinstance(rule, dict):
        return []
    if isinstance(rule.get("segment"), str):
        return [(rule["segment"], join(path, "segment"))]
    return [
        pair
        for word in ("all", "any", "not")
        if word in rule
        for pair in named(rule[word], join(path, word))
    ]


def check(shop: Shop, rule: Any, *, of: str = "") -> None:
    """Refuse a rule that asks for a segment which is not there, or for itself by whatever way.

    `of` is the key of the segment whose rule it is. Raises RuleError with the way round.
    """
    wanted = named(rule)
    if not wanted:
        return
    rules = dict(Segment.in_use.filter(shop=shop).values_list("key", "rule"))
    for key, path in wanted:
        if key not in rules and key != of:
            raise RuleError(path, _("there is no segment %r in this shop.") % key)
        way = _way_back(key, of, rules) if of else None
        if way:
            raise RuleError(path, _("goes round in a circle: %s.") % " → ".join([of, *way]))


def _way_back(start: str, goal: str, rules: Mapping[str, Any]) -> list[str] | None:
    """The segments on the way from `start` to `goal`, both named; None when there is no way."""
    waiting, seen = [[start]], {start}
    while waiting:
        way = waiting.pop()
        if way[-1] == goal:
            return way
        for key, _path in named(rules.get(way[-1])):
            if key not in seen or key == goal:
                seen.add(key)
                waiting.append([*way, key])
    return None


def in_order(segments: Iterable[Segment]) -> list[Segment]:
    """Each after those it asks for; members of a circle come as they are."""
    by_key = {segment.key: segment for segment in segments}
    placed: dict[str, Segment] = {}

    def place(segment: Segment, above: frozenset[str]) -> None:
        for key, _path in named(segment.rule):
            if key in by_key and key not in placed and key not in above:
                place(by_key[key], above | {key})
        placed.setdefault(segment.key, segment)

    for segment in by_key.values():
        place(segment, frozenset({segment.key}))
    return list(placed.values())
