"""Whether a plan can run in its shop: it fits the schema, and names only what the shop has."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from cronsim import CronSim, CronSimError
from django.conf import settings
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from campaigns import program, where
from campaigns.models import Campaign, CampaignVersion, Template
from campaigns.plan_schema import MOST_DEPTH, MOST_STEPS, SCHEMA, PlanError
from customers import zones
from journeys.models import Stage
from segments import rules
from segments.models import Segment
from segments.rules import RuleError
from shops.connectors import node
from shops.connectors.base import PayloadError
from shops.models import Shop


def check(plan: Any, shop: Shop) -> None:
    """Raises PlanError when the plan does not fit the schema or names what the shop lacks."""
    check_shape(plan)
    steps = list(program.walk(plan["steps"]))
    _check_tree(steps)
    _check_entry(plan["entry"], shop)
    _check_steps(steps, shop)
    for path, rule in rules_of(plan, steps):
        with _faults_at(path):
            rules.compile(rule, shop=shop)
    for path, conditions in _wheres_of(plan, steps):
        with _faults_at(path):
            where.matching(conditions, "t")


@contextmanager
def _faults_at(path: str) -> Iterator[None]:
    """A rule's fault as one of the plan."""
    try:
        yield
    except RuleError as fault:
        said = str(fault).removeprefix(f"{fault.path}: ")
        raise PlanError(f"{path}.{fault.path}".rstrip("."), said) from fault


def journey_key(entry: dict[str, Any]) -> str:
    return str(entry.get("journey", "lifecycle"))


def check_campaign(campaign: Campaign) -> None:
    """Raises PlanError when the plan, or a version that people are still on, cannot run."""
    check(campaign.plan, campaign.shop)
    used = CampaignVersion.objects.filter(campaign=campaign, enrolments__due_at__isnull=False)
    current = program.digest(campaign.plan)
    for version in used.exclude(digest=current).distinct():
        try:
            check(version.plan, campaign.shop)
        except PlanError as fault:
            raise PlanError(_("version %d") % version.number, str(fault)) from fault


def mark_fault(campaign: Campaign) -> bool:
    """Whether the campaign's plan can run; if not, its fault says why, and is cleared if it can."""
    try:
        check_campaign(campaign)
    except PlanError as error:
        fault = str(error)
    else:
        fault = ""
    if campaign.fault != fault:
        Campaign.objects.filter(pk=campaign.pk).update(fault=fault)
    return not fault


def check_shape(said: Any, schema: dict[str, Any] = SCHEMA, *, at: str = "") -> None:
    """Raises PlanError with the path (below `at`) when something does not fit the schema, or
    cannot be kept."""
    try:
        node.check_text(said, at)
        error = _first(Draft202012Validator(schema).iter_errors(said))
    except PayloadError as fault:
        raise PlanError(fault.path, _("contains U+0000 or half a surrogate pair.")) from fault
    except RecursionError as fault:
        raise PlanError(at, _("is nested more than %d levels deep.") % MOST_DEPTH) from fault
    while error:
        deeper = _meant(error)
        if deeper is None:
            # "Not valid under any of the given schemas" helps nobody: say what would be.
            found: Any = error.schema
            words = found.get("description") if error.validator == "oneOf" else None
            path = f"{at}.{_path(error.absolute_path)}".strip(".")
            raise PlanError(path, str(words or error.message)[:300])
        error = deeper
    try:
        json.dumps(said, allow_nan=False)
    except ValueError as fault:
        raise PlanError(at, _("every number must be finite.")) from fault


def _first(errors: Iterable[ValidationError]) -> ValidationError | None:
    return min(errors, key=lambda error: len(error.absolute_path), default=None)


def _meant(error: ValidationError) -> ValidationError | None:
    """What is wrong with the alternative that was meant, by its key; None when none was."""
    if error.validator != "oneOf" or not isinstance(error.instance, dict):
        return None
    alternatives: Any = error.validator_value
    for place, alternative in enumerate(alternatives):
        if set(alternative.get("required", [])[:1]) & error.instance.keys():
            own = [e for e in error.context or [] if e.schema_path[0] == place]
            is_other = any(e.validator == "additionalProperties" for e in own)
            return None if is_other else _first(own)
    return None


def _path(parts: Any) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _check_tree(steps: list[tuple[str, dict[str, Any]]]) -> None:
    if len(steps) > MOST_STEPS:
        raise PlanError("steps", _("has more than %d steps.") % MOST_STEPS)
    seen: set[str] = set()
    for path, step in steps:
        if path.count("[") > 2 * MOST_DEPTH:
            raise PlanError(path, _("is nested more than %d levels deep.") % MOST_DEPTH)
        if step.get("id") in seen:
            raise PlanError(f"{path}.id", _("another step has the id %r.") % step["id"])
        seen |= {step["id"]} if "id" in step else set()
        if "split" in step:
            _check_split(path, step["split"])


def _check_split(path: str, ways: list[dict[str, Any]]) -> None:
    if abs(sum(way["percent"] for way in ways) - 100) > 0.01:
        raise PlanError(f"{path}.split", _("the percentages must add up to 100."))
    if len({way["name"] for way in ways}) < len(ways):
        raise PlanError(f"{path}.split", _("each way needs a name of its own."))


def _check_entry(entry: dict[str, Any], shop: Shop) -> None:
    if "segment" in entry:
        _need_segment("entry.segment", entry["segment"], shop)
    elif "stage" in entry:
        known = Stage.objects.filter(shop=shop, journey__key=journey_key(entry), key=entry["stage"])
        if not known.exists():
            raise PlanError("entry.stage", _("this shop has no stage %r.") % entry["stage"])
    elif "at" in entry:
        _check_time(entry["at"])
    elif "cron" in entry:
        _check_cron(entry["cron"])
    if "unless" in entry and "after_hours" not in entry:
        raise PlanError("entry.unless", _("needs after_hours: how long to wait for it."))
    if entry.get("zone", "shop") not in {"shop", "customer", *zones.known()}:
        raise PlanError("entry.zone", _("there is no time zone %r.") % entry["zone"])


def _check_time(text: str) -> None:
    try:
        is_local = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        is_local = False
    if not is_local:
        raise PlanError("entry.at", _("must be a local time such as 2026-12-01T09:00."))


def _check_cron(text: str) -> None:
    try:
        next(CronSim(text, datetime(2026, 1, 1)))  # noqa: DTZ001  (local on purpose)
    except (CronSimError, StopIteration) as fault:
        raise PlanError("entry.cron", _("is not five cron fields: %s.") % fault) from fault


def _check_steps(steps: list[tuple[str, dict[str, Any]]], shop: Shop) -> None:
    known = set(Template.objects.filter(shop=shop).values_list("key", flat=True))
    for path, step in steps:
        if "send" in step and step["send"] not in known:
            raise PlanError(
                f"{path}.send",
                _("this shop has no template %r. Add it first.") % step["send"],
            )
        if step.get("channel", "email") not in settings.CHANNELS:
            raise PlanError(f"{path}.channel", _("there is no channel %r.") % step["channel"])
        if "add_to" in step:
            _need_segment(f"{path}.add_to", step["add_to"], shop, kind="static")


def _need_segment(path: str, key: str, shop: Shop, **also: str) -> None:
    if not Segment.in_use.filter(shop=shop, key=key, **also).exists():
        words = (
            _("this shop has no fixed segment %r.") if also else _("this shop has no segment %r.")
        )
        raise PlanError(path, words % key)


def rules_of(plan: dict[str, Any], steps: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every rule of a plan, with its path."""
    for key in ("audience", "exclude", "exit"):
        if key in plan:
            yield key, plan[key]
    for path, step in steps:
        for number, way in enumerate(step.get("branch", [])):
            yield f"{path}.branch[{number}].if", way["if"]


def _wheres_of(plan: dict[str, Any], steps: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every condition on what a touchpoint says, with the path of what holds it."""
    for path, holder in (
        ("entry", plan["entry"]),
        ("goal", plan.get("goal", {})),
        *((f"{path}.wait_for", step["wait_for"]) for path, step in steps if "wait_for" in step),
    ):
        yield path, holder.get("where", {})
