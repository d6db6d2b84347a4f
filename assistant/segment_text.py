"""A segment as it is proposed: one schema, checked with the path to what is wrong."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from campaigns.plan_schema import shape
from segments import rules, starter
from segments.models import Segment
from segments.rules import RuleError
from shops.models import Shop
from shops.schema_faults import first_fault

SCHEMA: dict[str, Any] = shape(
    ["key", "name", "rule"],
    key={"type": "string", "pattern": "^[-a-z0-9_]+$", "maxLength": 60},
    name={"type": "string", "minLength": 1, "maxLength": 100},
    description={"type": "string", "maxLength": 1000},
    rule={"type": "object"},
)


class SegmentFault(Exception):
    """A segment that the shop cannot have; begins with the path to what is wrong."""


def of(shop: Shop, name: str, description: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A new segment, under a key that the shop does not use yet."""
    key = starter.free_key(shop, slugify(name)[:50] or "proposed")
    return {"key": key, "name": name[:100], "description": description[:1000], "rule": rule}


def check(said: Any, shop: Shop) -> None:
    """Raises SegmentFault when this is no segment, or its key is another one's."""
    if fault := first_fault(said, SCHEMA, whole="segment"):
        raise SegmentFault(fault)
    try:
        rules.compile(said["rule"], shop=shop, of=said["key"])
    except RuleError as problem:
        raise SegmentFault(f"rule.{problem}") from problem
    if other := Segment.objects.filter(shop=shop, key=said["key"]).first():
        raise SegmentFault(_("key: %s has it already.") % other.name)


def put(said: dict[str, Any], shop: Shop) -> Segment:
    """Add the segment; nobody is in it yet. Raises SegmentFault."""
    check(said, shop)
    return Segment.objects.create(shop=shop, kind="rule", **said)
