"""A person decides about each part of a plan; what is approved becomes a draft, never live."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistant.models import Decision, Plan
from campaigns import as_text

VERDICTS = ("approved", "rejected")


class NotDecided(Exception):
    """The decision cannot be taken; says why."""


def decide(plan: Plan, part: str, verdict: str, *, by: Any) -> Decision:
    """Record what was decided about a part, once; an approved campaign is made as a draft.

    A shop that already has a campaign of that key keeps it as it is: the draft gets the plan's
    number behind its key.
    """
    if verdict not in VERDICTS:
        raise NotDecided(_("A part is approved or rejected."))
    text = next((c["text"] for c in plan.proposal["campaigns"] if c["part"] == part), None)
    if text is None:
        raise NotDecided(_("The plan has no part %s.") % part)
    with transaction.atomic():
        Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        held = Decision.objects.filter(plan=plan, part=part).first()
        if held:
            return held
        campaign = _draft(plan, text) if verdict == "approved" else None
        return Decision.objects.create(
            shop=plan.shop, plan=plan, part=part, verdict=verdict, by=by, campaign=campaign
        )


def _draft(plan: Plan, text: dict[str, Any]) -> Any:
    """The campaign as a draft, under keys that no other campaign or template has."""
    numbered = f"{text['key']}-{plan.pk}"
    steps = [
        {**step, "send": numbered} if "send" in step else step for step in text["plan"]["steps"]
    ]
    told = {
        **text,
        "key": numbered,
        "plan": {**text["plan"], "steps": steps},
        "templates": {numbered: next(iter(text["templates"].values()))},
    }
    try:
        return as_text.load_read(told, plan.shop).campaign
    except as_text.TextFault as fault:
        raise NotDecided(str(fault)) from fault
