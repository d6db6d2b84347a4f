"""The rule language: compile it, say it in words, publish its schema. See docs/rules.md."""

from segments.compiler import MAX_DEPTH, MAX_PARTS, Compiled, Rule, compile
from segments.faults import RuleError
from segments.rule_schema import schema
from segments.wording import describe

__all__ = [
    "MAX_DEPTH",
    "MAX_PARTS",
    "Compiled",
    "Rule",
    "RuleError",
    "compile",
    "describe",
    "schema",
]
