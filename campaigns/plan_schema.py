"""The one schema of a campaign's plan: who enters, and the steps they go through."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from campaigns.models import Campaign, Template
from journeys.models import Stage
from segments import rules
from segments.models import Segment
from segments.rules import RuleError
from shops.models import Shop

KEY = {"type": "string", "pattern": "^[-a-z0-9_]+$", "maxLength": 60}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Waymark campaign plan",
    "type": "object",
    "required": ["entry", "steps"],
    "additionalProperties": False,
    "properties": {
        "entry": {
            "description": _lazy('must be {"stage": key} or {"segment": key}.'),
            "oneOf": [
                {
                    "type": "object",
                    "required": ["stage"],
                    "additionalProperties": False,
                    "properties": {"journey": KEY, "stage": KEY},
                },
                {
                    "type": "object",
                    "required": ["segment"],
                    "additionalProperties": False,
                    "properties": {"segment": KEY},
                },
            ],
        },
        "audience": {"type": "object"},
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": 50,
            "items": {
                "description": _lazy('must be {"send": template key} or {"wait_days": number}.'),
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["send"],
                        "additionalProperties": False,
                        "properties": {"send": KEY},
                    },
                    {
                        "type": "object",
                        "required": ["wait_days"],
                        "additionalProperties": False,
                        "properties": {
                            "wait_days": {"type": "number", "exclusiveMinimum": 0, "maximum": 365}
                        },
                    },
                ],
            },
        },
    },
}


class PlanError(Exception):
    """A plan that cannot run; `path` is where, such as `steps[0].send`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '(plan)'}: {message}")
        self.path = path


def check(plan: Any, shop: Shop) -> None:
    """Raises PlanError when the plan does not fit the schema or names what the shop lacks."""
    error = best_match(Draft202012Validator(SCHEMA).iter_errors(plan))
    if error:
        # "Not valid under any of the given schemas" helps nobody: say what would be.
        said = error.schema["description"] if error.validator == "oneOf" else error.message
        raise PlanError(_path(error.absolute_path), str(said)[:300])
    _check_entry(plan["entry"], shop)
    _check_templates(plan["steps"], shop)
    if "audience" in plan:
        try:
            rules.compile(plan["audience"])
        except RuleError as fault:
            raise PlanError(f"audience.{fault.path}".rstrip("."), str(fault)) from fault


def journey_key(entry: dict[str, str]) -> str:
    return entry.get("journey", "lifecycle")


def check_campaign(campaign: Campaign) -> None:
    """Raises PlanError when the campaign's plan cannot run in its shop."""
    check(campaign.plan, campaign.shop)


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


def _path(parts: Any) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _check_entry(entry: dict[str, str], shop: Shop) -> None:
    if "segment" in entry:
        known = Segment.objects.filter(shop=shop, key=entry["segment"])
        if not known.exists():
            raise PlanError("entry.segment", _("this shop has no segment %r.") % entry["segment"])
    else:
        known_stages = Stage.objects.filter(
            shop=shop, journey__key=journey_key(entry), key=entry["stage"]
        )
        if not known_stages.exists():
            raise PlanError("entry.stage", _("this shop has no stage %r.") % entry["stage"])


def _check_templates(steps: list[dict[str, Any]], shop: Shop) -> None:
    known = set(Template.objects.filter(shop=shop).values_list("key", flat=True))
    for number, step in enumerate(steps):
        if "send" in step and step["send"] not in known:
            raise PlanError(
                f"steps[{number}].send",
                _("this shop has no template %r. Add it first.") % step["send"],
            )
