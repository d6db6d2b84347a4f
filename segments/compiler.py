"""A rule, a JSON tree, compiled to one parametrised SQL condition.

A rule is a group (`all`, `any`: lists; `not`: one rule), a comparison `{field, op, value}`, a deed
`{"did": …}` or `{"segment": key}`. Fields come from the plug-in table. The condition speaks of `c`
(customers_customer) and `p` (customers_profile, left joined); a missing value satisfies no
comparison.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from customers.changes import Part
from segments import references
from segments.builder import Builder, Params, Rule
from segments.comparisons import compile_comparison, only
from segments.deeds import compile_did
from segments.faults import RuleError, join
from segments.values import is_text
from shops.clock import now
from shops.models import Shop

MAX_DEPTH = 10
MAX_PARTS = 100  # groups and conditions

# Rows of the segment's members, one lookup a customer in the index on (customer, segment).
MEMBER = """EXISTS (SELECT FROM segments_membership m JOIN segments_segment s
    ON s.id = m.segment_id WHERE m.customer_id = c.id AND m.left_at IS NULL
    AND s.shop_id = c.shop_id AND s.key = {})"""


@dataclass(frozen=True)
class Compiled:
    """An SQL condition with named parameters, and what its owner must know about it.

    `joins` belong behind the FROM of `c` and `p` (empty unless compiled `wide`). `reads` are the
    parts of a customer it depends on, `segments` the keys of other segments; `due` is the SQL of
    the moment at which the clock alone may change the answer next ("" when it never does),
    `moments` all of those; `shown` are the values that decide, by name.
    """

    sql: str
    params: Params
    joins: str = ""
    reads: Part = Part.EVERYTHING
    segments: frozenset[str] = frozenset()
    due: str = ""
    moments: tuple[str, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()

    @property
    def seen(self) -> str:
        """SQL of one JSON object with the values that decide."""
        # A percent sign of a name is doubled for the driver.
        pairs = ", ".join(
            f"'{name.replace(chr(39), chr(39) * 2).replace('%', '%%')}', {sql}"
            for name, sql in self.shown
        )
        return f"jsonb_build_object({pairs})"


def compile(
    rule: Rule,
    *,
    shop: Shop | None = None,
    of: str = "",
    prefix: str = "r",
    at: datetime | None = None,
    wide: bool = False,
) -> Compiled:
    """The SQL condition of a rule as of a moment (default: now).

    With the shop, its zone, ranks and segments are known (and `of`, the key of the segment that
    the rule belongs to, is refused inside it); without one, only the form is checked. `wide` reads
    the history once for all customers instead of once for each. Rules that share a statement need
    different prefixes. Raises RuleError with the path of the fault.
    """
    builder = Builder(prefix, shop, wide)
    builder.start_clock(at or now())
    sql = _compile(rule, "", 0, builder)
    if shop:
        references.check(shop, rule, of=of)
    return Compiled(
        sql,
        builder.params,
        " ".join(builder.joins),
        builder.reads,
        frozenset(builder.segments),
        _earliest(builder),
        tuple(builder.due),
        tuple(builder.shown.items()),
    )


def _earliest(builder: Builder) -> str:
    """The first of the due moments that is still ahead."""
    ahead = [f"CASE WHEN {moment} >= {builder.now} THEN {moment} END" for moment in builder.due]
    return f"least({', '.join(ahead)})" if ahead else ""


def _compile(rule: Any, path: str, depth: int, builder: Builder) -> str:
    if not isinstance(rule, dict) or not rule:
        raise RuleError(path, _("must be an object such as {'field': …, 'op': …, 'value': …}."))
    if depth > MAX_DEPTH:
        raise RuleError(path, _("is nested more than %d levels deep.") % MAX_DEPTH)
    builder.size += 1
    if builder.size > MAX_PARTS:
        raise RuleError(path, _("has more than %d parts.") % MAX_PARTS)
    for key, compile_kind in KINDS.items():
        if key in rule:
            return compile_kind(rule, path, depth, builder)
    raise RuleError(path, _("needs one of: %s.") % ", ".join(KINDS))


def _group(word: str, glue: str) -> Callable[[Rule, str, int, Builder], str]:
    def compile_group(rule: Rule, path: str, depth: int, builder: Builder) -> str:
        only(rule, {word}, path)
        parts = rule[word]
        if not isinstance(parts, list) or not parts:
            raise RuleError(join(path, word), _("must be a list of at least one rule."))
        inner = [
            _compile(part, f"{join(path, word)}[{index}]", depth + 1, builder)
            for index, part in enumerate(parts)
        ]
        return f"({glue.join(inner)})"

    return compile_group


def _not(rule: Rule, path: str, depth: int, builder: Builder) -> str:
    only(rule, {"not"}, path)
    return f"(NOT {_compile(rule['not'], join(path, 'not'), depth + 1, builder)})"


def _comparison(rule: Rule, path: str, depth: int, builder: Builder) -> str:
    return compile_comparison(rule, path, builder)


def _did(rule: Rule, path: str, depth: int, builder: Builder) -> str:
    builder.reads |= Part.TOUCHPOINTS
    return compile_did(rule, path, builder)


def _segment(rule: Rule, path: str, depth: int, builder: Builder) -> str:
    only(rule, {"segment"}, path)
    key = rule["segment"]
    if not is_text(key) or not key:
        raise RuleError(join(path, "segment"), _("must be the key of a segment."))
    builder.segments.add(key)
    builder.shown[f"segment {key}"] = MEMBER.format(builder.bind(key))
    return MEMBER.format(builder.bind(key))


KINDS: dict[str, Callable[[Rule, str, int, Builder], str]] = {
    "all": _group("all", " AND "),
    "any": _group("any", " OR "),
    "not": _not,
    "field": _comparison,
    "did": _did,
    "segment": _segment,
}
