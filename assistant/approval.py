"""A person decides about each part of a plan: as it is, edited, or not at all; recorded once.

An approved campaign becomes a draft, never live; an approved stage is on the map from then on, an
approved segment in the list and filled.
"""

from copy import deepcopy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistant import segment_text
from assistant.ground import Limits
from assistant.limit_check import Purse
from assistant.models import Decision, Plan
from assistant.segment_text import SegmentFault
from assistant.sentences import Refusal
from campaigns import as_text, program, yaml_text
from campaigns.models import Campaign
from journeys import backfill, stage_text, stages, transitions
from journeys.stage_text import StageFault
from journeys.transitions import Period
from segments import membership
from segments.models import Segment

VERDICTS = ("approved", "rejected")


class NotDecided(Exception):
    """The decision cannot be taken; says why."""


def decide(plan: Plan, part: str, verdict: str, *, by: Any, text: str = "") -> Decision:
    """Record what was decided about a part, once; what is approved is made.

    `text` is the part edited, as YAML; the limits of the plan's request hold for it too. A shop
    that already has a campaign of that key keeps it as it is: the draft gets the plan's number
    behind its key.
    """
    if verdict not in VERDICTS:
        raise NotDecided(_("A part is approved or rejected."))
    proposed = part_of(plan, part)
    edited = _edited(plan, proposed, text) if text and verdict == "approved" else None
    with transaction.atomic():
        Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        held = Decision.objects.filter(plan=plan, part=part).first()
        if held:
            return held
        made = _make(plan, proposed, edited or proposed["text"]) if verdict == "approved" else None
        decision = Decision.objects.create(
            shop=plan.shop, plan=plan, part=part, verdict="edited" if edited else verdict, by=by,
            campaign=made, text=edited,
        )  # fmt: skip
    if verdict == "approved":
        _put_to_use(plan, proposed, decision.text or proposed["text"])
    return decision


def _put_to_use(plan: Plan, proposed: dict[str, Any], text: dict[str, Any]) -> None:
    """Customers come to the stage, or into the segment: a large one is filled tonight."""
    kind = kind_of(proposed["part"])
    if kind == "stage":
        stages.place(plan.shop)
        if _is_other_rule(text, proposed["before"]):
            backfill.ask_whole(plan.journey)
    elif kind == "segment":
        membership.fill(Segment.objects.get(shop=plan.shop, key=text["key"]))


def _is_other_rule(text: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Whether customers are placed otherwise than before: the past is then worked out again."""
    asked = ("rule", "exit_rule", "priority")
    return before is None or any(text.get(name) != before.get(name) for name in asked)


def kind_of(part: str) -> str:
    """campaign, stage or segment."""
    return part.partition(":")[0]


def part_of(plan: Plan, part: str) -> dict[str, Any]:
    """The part of that name. Raises NotDecided."""
    found = next((each for each in plan.parts if each["part"] == part), None)
    if found is None:
        raise NotDecided(_("The plan has no part %s.") % part)
    return dict(found)


def written(text: dict[str, Any]) -> str:
    """A part's text as somebody edits it."""
    return yaml_text.write(as_text.ordered(text))


def _edited(plan: Plan, proposed: dict[str, Any], text: str) -> dict[str, Any] | None:
    """The edited text where it says something else and may; None where it says the same."""
    kind = kind_of(proposed["part"])
    try:
        said = as_text.read(text) if kind == "campaign" else yaml_text.read(text)
        if said == yaml_text.read(written(proposed["text"])):
            return None
        if kind == "stage":
            stage_text.check(said, plan.journey)
        elif kind == "segment":
            segment_text.check(said, plan.shop)
        elif faults := _beyond_limits(plan, said):
            raise NotDecided("; ".join(map(str, faults)))
    except (yaml_text.YamlError, as_text.TextFault, StageFault, SegmentFault) as fault:
        raise NotDecided(str(fault)) from fault
    return dict(said)


def _beyond_limits(plan: Plan, text: dict[str, Any]) -> list[Refusal]:
    if not plan.limits:
        return []
    measured = transitions.measure(plan.journey, Period(plan.start, plan.end))
    purse = Purse(plan.shop, Limits(**plan.limits), measured)
    others = plan.decisions.filter(verdict__in=["approved", "edited"], campaign__isnull=False)
    for other in others:
        purse.take(other.text or part_of(plan, other.part)["text"], other.part)
    return purse.take(text, "text")


def _make(plan: Plan, proposed: dict[str, Any], text: dict[str, Any]) -> Campaign | None:
    kind = kind_of(proposed["part"])
    if kind == "campaign":
        return _draft(plan, text)
    if kind == "segment":
        _segment(plan, text)
        return None
    held = plan.journey.stages.filter(key=proposed["text"]["key"]).first()
    if _still(stage_text.told(held) if held else None) != _still(proposed["before"]):
        raise NotDecided(_("The stage was changed since the plan was made. Make a new plan."))
    # Its place may have moved on for another new stage.
    if held and text["position"] == proposed["text"]["position"]:
        text = text | {"position": held.position}
    try:
        stage_text.put(text, plan.journey)
    except StageFault as fault:
        raise NotDecided(str(fault)) from fault
    return None


def _segment(plan: Plan, text: dict[str, Any]) -> None:
    try:
        segment_text.put(text, plan.shop)
    except SegmentFault as fault:
        raise NotDecided(str(fault)) from fault


def _still(text: dict[str, Any] | None) -> dict[str, Any]:
    """A stage but for its place on the map."""
    return {key: value for key, value in (text or {}).items() if key != "position"}


def _draft(plan: Plan, text: dict[str, Any]) -> Campaign:
    """The campaign as a draft, under keys that no other campaign or template has."""
    told = deepcopy(text)
    names = {key: f"{key[:50]}-{plan.pk}" for key in told.get("templates", {})}
    for _path, step in program.walk(told["plan"]["steps"]):
        if step.get("send") in names:
            step["send"] = names[step["send"]]
    told["templates"] = {names[key]: each for key, each in told.get("templates", {}).items()}
    told["key"] = f"{told['key'][:50]}-{plan.pk}"
    try:
        return as_text.load_read(told, plan.shop).campaign
    except as_text.TextFault as fault:
        raise NotDecided(str(fault)) from fault
