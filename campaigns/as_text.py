"""Campaigns as text: written in one order, so that two can be compared; read back with the path to
what is wrong; reading the same text twice changes nothing the second time.

A text names segments, stages and journeys by their keys, and brings its templates along.
"""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import languages, plan_check, program, versions, writing, yaml_text
from campaigns.models import Campaign, Template
from campaigns.plan_schema import KEY, RULE, PlanError, number, shape
from campaigns.translation_models import LANGUAGE
from shops.models import Shop

FORMAT = 1
TEXT = {"type": "string"}
WORDS: dict[str, Any] = {
    "subject": TEXT | {"maxLength": 300},
    "preheader": TEXT | {"maxLength": 200},
    **dict.fromkeys(("mjml", "html", "text"), TEXT),
}
TEMPLATE = shape(
    ["name", "subject"],
    name=TEXT | {"maxLength": 100},
    **WORDS,
    **dict.fromkeys(("from_name", "from_local", "reply_to"), TEXT),
    languages={
        "type": "object",
        "maxProperties": 50,
        "propertyNames": {"pattern": LANGUAGE, "maxLength": 20},
        "additionalProperties": shape(["subject"], **WORDS),
    },
)
SCHEMA = shape(
    ["waymark_campaign", "key", "name", "plan"],
    waymark_campaign={"const": FORMAT},
    key=KEY,
    name={"type": "string", "minLength": 1, "maxLength": 100},
    priority={"type": "integer", "minimum": -1000, "maximum": 1000},
    holdout_percent=number(0, 50),
    plan=RULE,
    templates={
        "type": "object",
        "maxProperties": 100,
        "propertyNames": KEY,
        "additionalProperties": TEMPLATE,
    },
)
# What stands first where several keys meet; the rest follow by the alphabet.
ORDER = [
    "waymark_campaign", "key", "name", "priority", "holdout_percent", "plan", "templates",
    "entry", "audience", "exclude", "reentry", "goal", "exit", "late_hours", "steps", "id",
    "send", "wait", "wait_days", "wait_for", "branch", "split", "set", "add_to", "tell", "stop",
    "channel", "touchpoint", "where", "after_hours", "unless", "stage", "journey", "segment",
    "at", "cron", "date", "on", "days", "hours", "time", "zone", "until", "weekday", "if",
    "percent", "did", "all", "any", "not", "field", "op", "value", "within", "came", "missed",
    "else", "subject", "preheader", "from_name", "from_local", "reply_to", "mjml", "html", "text",
    "languages",
]  # fmt: skip
RANK = {key: place for place, key in enumerate(ORDER)}


class TextFault(Exception):
    """A text that cannot become a campaign; says where."""


@dataclass(frozen=True)
class Change:
    """What reading a text does: to which campaign, and the difference line by line."""

    campaign: Campaign
    is_new: bool
    lines: list[str]

    @property
    def is_empty(self) -> bool:
        return not self.lines


def export(campaign: Campaign, also: Collection[str] = ()) -> str:
    """The campaign, the templates it sends, and these `also`, as text. The same campaign is the
    same text."""
    sent = {step["send"] for _path, step in program.walk(campaign.plan["steps"]) if "send" in step}
    percent = float(campaign.holdout_percent)
    said: dict[str, Any] = {
        "waymark_campaign": FORMAT,
        "key": campaign.key,
        "name": campaign.name,
        "priority": campaign.priority,
        "holdout_percent": int(percent) if percent.is_integer() else percent,
        "plan": campaign.plan,
        "templates": _templates(campaign.shop, {*sent, *also}),
    }
    return yaml_text.write(ordered(said))


def _templates(shop: Shop, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    held = Template.objects.filter(shop=shop, key__in=keys).order_by("key")
    return {each.key: _said(each) for each in held}


def _said(template: Template) -> dict[str, Any]:
    said: dict[str, Any] = _short(writing.told(template))
    if others := languages.told(template):
        said["languages"] = {language: _short(parts) for language, parts in others.items()}
    return said


def _short(parts: dict[str, str]) -> dict[str, str]:
    """Without what is empty, but for what must be told."""
    return {
        part: _lines(words) for part, words in parts.items() if words or part in {"name", "subject"}
    }


def _languages(template: dict[str, Any]) -> dict[str, dict[str, str]]:
    return template.get("languages", {})


def _export_templates(shop: Shop, keys: Collection[str]) -> str:
    """What a new campaign's text would overwrite."""
    held = _templates(shop, keys)
    return yaml_text.write(ordered({"templates": held})) if held else ""


def ordered(said: Any) -> Any:
    """The same value with its keys in the order in which they are written."""
    if isinstance(said, dict):
        keys = sorted(said, key=lambda key: (RANK.get(key, len(RANK)), key))
        return {key: ordered(said[key]) for key in keys}
    return [ordered(each) for each in said] if isinstance(said, list) else said


def _lines(text: str) -> str:
    """With the line ends that YAML keeps; a browser sends others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(text: str) -> dict[str, Any]:
    """What a text says, when its shape is right and its mails have no fault. Raises TextFault."""
    said = shaped(text)
    for key, template in said.get("templates", {}).items():
        versions_of = {"": template, **_languages(template)}
        for language, parts in versions_of.items():
            at = f"languages.{language}." if language else ""
            for part, words in writing.faults(parts).items():
                raise TextFault(f"templates.{key}.{at}{part}: {words}")
    return said


def shaped(text: str) -> dict[str, Any]:
    """What a text says, when its shape is right; mails are not looked at. Raises TextFault."""
    try:
        said = yaml_text.read(text)
        plan_check.check_shape(said, SCHEMA)
        plan_check.check_shape(said["plan"], at="plan")
    except (yaml_text.YamlError, PlanError) as fault:
        raise TextFault(str(fault)) from fault
    return dict(said)


def load(text: str, shop: Shop, *, dry_run: bool = False) -> Change:
    """Make or change the shop's campaign of that key, and its templates. Raises TextFault.

    A new one is a draft. One that runs goes on: whoever enters from now on does so by the new plan.
    """
    return load_read(read(text), shop, dry_run=dry_run)


def load_read(said: dict[str, Any], shop: Shop, *, dry_run: bool = False) -> Change:
    """As `load`, for what `read` gave."""
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        locked = Campaign.objects.select_for_update(no_key=True)
        held = locked.filter(shop=shop, key=said["key"]).first()
        told = said.get("templates", {})
        before = export(held, told) if held else _export_templates(shop, told)
        if held and held.status in {"finished", "cancelled"}:
            raise TextFault(_("key: this campaign is over. Give the text another key."))
        campaign = put(said, held or Campaign(shop=shop, key=said["key"]))
        after = export(campaign, told)
        if dry_run:
            transaction.set_rollback(True)
    return Change(campaign, held is None, difference(before, after))


def put(said: dict[str, Any], campaign: Campaign) -> Campaign:
    """Write the text into the campaign and its templates; whoever calls holds the shop's lock,
    or is alone in a scene of the past. Raises TextFault."""
    _write_templates(said.get("templates", {}), campaign.shop)
    campaign.name = said["name"]
    campaign.priority = said.get("priority", 50)
    campaign.holdout_percent = said.get("holdout_percent", 5)
    campaign.plan = _named(said["plan"], campaign)
    try:
        plan_check.check(campaign.plan, campaign.shop)
    except PlanError as fault:
        raise TextFault(f"plan.{fault}") from fault
    campaign.save()
    campaign.refresh_from_db()  # as it is kept: 1.25 percent are 1.2
    return campaign


def difference(before: str, after: str) -> list[str]:
    """What changed between two texts, as lines that begin with +, - or a space."""
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return list(compared)[2:]


def _write_templates(told: dict[str, dict[str, Any]], shop: Shop) -> None:
    """Only what changed is written: a template's time of change is part of every message's why."""
    held = {each.key: each for each in Template.objects.filter(shop=shop, key__in=told)}
    for key, said in told.items():
        template = held.get(key) or Template(shop=shop, key=key)
        others = _languages(said)
        own = {part: words for part, words in said.items() if part != "languages"}
        wanted: dict[str, Any] = _short({"name": "", "subject": "", **own})
        if others:
            wanted["languages"] = {each: _short(parts) for each, parts in others.items()}
        if template.pk is None or _said(template) != wanted:
            writing.put(template, own)
            template.save()
            languages.put(template, others)


def _named(plan: dict[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Steps without an id keep the one that the same place had, so that twice is once."""
    before = dict(program.walk(campaign.plan["steps"])) if campaign.pk else {}
    steps = list(program.walk(plan["steps"]))
    used = {step["id"] for _path, step in steps if "id" in step}
    for path, step in steps:
        old = before.get(path)
        if "id" in step or old is None or program.kind_of(old) != program.kind_of(step):
            continue
        if "id" in old and old["id"] not in used:
            step["id"] = old["id"]
            used.add(old["id"])
    return program.with_ids(plan, taken=versions.taken_ids(campaign))
