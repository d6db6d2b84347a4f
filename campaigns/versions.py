"""Which plan somebody is on: they finish on the one they entered with, or are moved on purpose."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from campaigns import program
from campaigns.models import Campaign, CampaignVersion, Enrolment
from campaigns.plan_schema import PlanError
from shops.announcing import announce

# Only people who are inside; the ledger of what they got stays theirs, step by step.
MOVE = """
UPDATE campaigns_enrolment e SET version_id = %(version)s, step = way.target,
    waits_since = CASE WHEN way.target = e.step THEN e.waits_since END,
    due_at = CASE way.target WHEN %(end)s THEN NULL WHEN e.step THEN e.due_at
        ELSE CASE WHEN e.waits_since IS NULL THEN e.due_at ELSE now() END END,
    left_at = CASE way.target WHEN %(end)s THEN now() END,
    outcome = CASE way.target WHEN %(end)s THEN 'moved out' ELSE '' END
FROM unnest(%(steps)s::text[], %(targets)s::text[]) AS way (step, target)
WHERE e.campaign_id = %(campaign)s AND e.version_id <> %(version)s AND e.due_at IS NOT NULL
AND e.step = way.step
"""


def current(campaign: Campaign) -> CampaignVersion:
    """The version of the campaign's plan as it now stands; made when it is needed first."""
    digest = program.digest(campaign.plan)
    found = CampaignVersion.objects.filter(campaign=campaign, digest=digest).first()
    if found:
        return found
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        newest = campaign.versions.aggregate(newest=Max("number"))["newest"] or 0
        made, _new = CampaignVersion.objects.get_or_create(
            campaign=campaign,
            digest=digest,
            defaults={
                "shop_id": campaign.shop_id,
                "number": newest + 1,
                "plan": campaign.plan,
            },
        )
    return made


def taken_ids(campaign: Campaign) -> set[str]:
    """Step ids that any version of the campaign has used."""
    plans = campaign.versions.values_list("plan", flat=True) if campaign.pk else []
    return {
        step["id"] for plan in plans for _path, step in program.walk(plan["steps"]) if "id" in step
    }


def move(campaign: Campaign, mapping: Mapping[str, str] | None = None) -> int:
    """Take the people inside earlier versions over to the current plan; returns how many.

    `mapping` leads from a step they wait at to one of the new plan, or to `program.END` for out.
    Without it, people at a step that still exists stay at it; all others finish on the plan they
    are on. Raises PlanError for a step that the new plan has not.
    """
    version = current(campaign)
    nodes = program.of(version.plan).nodes
    mapping = {node: node for node in nodes} if mapping is None else mapping
    for step, target in mapping.items():
        if target not in nodes and target != program.END:
            raise PlanError(step, _("the new plan has no step %r.") % target)
    known: dict[str, Any] = {
        "campaign": campaign.pk,
        "version": version.pk,
        "steps": list(mapping),
        "targets": list(mapping.values()),
        "end": program.END,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MOVE, known)
        moved = int(cursor.rowcount)
        announce("enrolment")
    return moved


def inside(campaign: Campaign) -> dict[int, int]:
    """How many people are inside each version, by its number."""
    rows = Enrolment.objects.filter(campaign=campaign, due_at__isnull=False)
    counted = rows.values("version__number").annotate(people=Count("id"))
    return {row["version__number"] or 0: row["people"] for row in counted}
