"""A plan on its way through the editor: said in words, checked, and kept as a new version."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import entry_words, outline, plan_check, program, versions
from campaigns.models import Campaign, Enrolment
from campaigns.plan_names import PlanNames
from campaigns.plan_schema import PlanError
from segments import rules
from segments.rules import RuleError
from shops.models import Shop

STEP = re.compile(
    r"^steps\[\d+\](\.(branch|split)\[\d+\]\.steps\[\d+\]|\.(else|came|missed)\[\d+\])*"
)
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RuleError)


def described(plan: Any, shop: Shop) -> dict[str, Any]:
    """What the plan says, step by step and way by way, by path; and its first fault, if any."""
    found: dict[str, Any] = {"entry": "", "steps": {}, "ways": {}, "fault": None}
    try:
        plan_check.check(plan, shop)
    except PlanError as fault:
        at = STEP.match(fault.path)
        found["fault"] = {"words": str(fault), "step": at[0] if at else "entry"}
    if isinstance(plan, dict) and isinstance(plan.get("steps"), list):
        _say(plan, found, PlanNames(shop))
    return found


def _say(plan: dict[str, Any], found: dict[str, Any], names: PlanNames) -> None:
    """Words for whatever can be read; what cannot keeps the name that its kind has."""
    with suppress(*UNREADABLE):
        found["entry"] = entry_words.said(plan["entry"], names)
    for path, step in _steps(plan["steps"], "steps"):
        with suppress(*UNREADABLE):
            found["steps"][path] = outline.said(step, names)
            for number, way in enumerate(step.get("branch", [])):
                said = _("if %s") % rules.describe(way["if"], names=names)
                found["ways"][f"{path}.branch[{number}].steps"] = said


def _steps(steps: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """As `program.walk`, for plans that may be of any shape."""
    found: list[tuple[str, dict[str, Any]]] = []
    for number, step in enumerate(steps if isinstance(steps, list) else []):
        if not isinstance(step, dict):
            continue
        here = f"{path}[{number}]"
        found.append((here, step))
        for key in ("branch", "split"):
            ways = step.get(key)
            for at, way in enumerate(ways if isinstance(ways, list) else []):
                if isinstance(way, dict):
                    found += _steps(way.get("steps"), f"{here}.{key}[{at}].steps")
        for key in ("else", "came", "missed"):
            found += _steps(step.get(key), f"{here}.{key}")
    return found


def save(campaign: Campaign, plan: Any, *, mapping: Mapping[str, str] | None = None) -> int:
    """Keep the plan; returns how many people were moved. Raises PlanError.

    A plan that says the same changes nothing. People inside finish on the version they entered
    with, unless `mapping` says at which step of the new one they go on ("." for out); those at
    steps that it does not name stay where they are.
    """
    plan_check.check(plan, campaign.shop)
    with transaction.atomic():
        held = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if held.status in {"finished", "cancelled"}:
            raise PlanError("", _("this campaign is over; make another one."))
        if not is_same(plan, held.plan):
            named = program.with_ids(plan, taken=versions.taken_ids(held))
            Campaign.objects.filter(pk=held.pk).update(plan=named, fault="")
        campaign.refresh_from_db()
        return versions.move(campaign, mapping) if mapping else 0


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same: 2 and 2.0 do, 1 and true do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def waiting(campaign: Campaign) -> list[dict[str, Any]]:
    """Where people inside wait: the step's id and words, and whether the plan still has it."""
    inside = Enrolment.objects.filter(campaign=campaign, due_at__isnull=False)
    found: dict[str, dict[str, Any]] = {}
    nodes, names = program.of(campaign.plan).nodes, PlanNames(campaign.shop)
    for version in campaign.versions.filter(pk__in=inside.values("version")).order_by("number"):
        own = program.of(version.plan)
        for step in inside.filter(version=version).values_list("step", flat=True).distinct():
            node = own.nodes.get(step or own.first)
            if node:
                words = outline.said(node.step, names)
                found[step] = {"id": step, "words": words, "is_there": step in nodes}
    return list(found.values())
