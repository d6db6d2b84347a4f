"""A send step becomes ledger rows, each with the reason frozen beside it."""

import hashlib
import json
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from campaigns.models import Campaign, CampaignVersion, SharedTrail, Template
from campaigns.program import Node, walk
from shops.announcing import announce
from shops.clock import now

# The trail is frozen here: why this customer, at this moment, as the facts then were. What is the
# same for everybody is kept once beside it, what let them in is the enrolment's; the place where
# they entered is joined only if it is one.
PLAN = """
INSERT INTO campaigns_message (shop_id, enrolment_id, campaign_id, customer_id, template_id, step,
    channel, status, reason, shared_id, trail, due_at, attempts, carrier_id)
SELECT e.shop_id, e.id, e.campaign_id, e.customer_id, %(template)s, %(send_step)s, %(channel)s,
    'planned', '', %(shared)s, %(planned)s::jsonb {variants} {place}, now(), 0, ''
FROM {source} {joins}
WHERE {chosen}
"""
SAFELY = "ON CONFLICT (enrolment_id, step) DO NOTHING"
PLACES = {
    "stage": (
        """|| CASE WHEN v.id IS NULL THEN '{}' ELSE jsonb_build_object('stage', jsonb_build_object(
            'key', s.key, 'name', s.name, 'since', v.entered_at, 'facts', v.why)) END""",
        """LEFT JOIN journeys_stagevisit v ON v.id = CASE
            WHEN e.entry_key ~ '^(left-)?visit:[0-9]+$'
            THEN split_part(e.entry_key, ':', 2)::bigint END
        LEFT JOIN journeys_stage s ON s.id = v.stage_id""",
    ),
    "segment": (
        """|| CASE WHEN m.id IS NULL THEN '{}' ELSE jsonb_build_object('segment',
            jsonb_build_object('key', g.key, 'name', g.name, 'since', m.entered_at)) END""",
        """LEFT JOIN segments_membership m ON m.id = CASE
            WHEN e.entry_key ~ '^(left-)?membership:[0-9]+$'
            THEN split_part(e.entry_key, ':', 2)::bigint END
        LEFT JOIN segments_segment g ON g.id = m.segment_id""",
    ),
}


def plan_messages(
    campaign: Campaign, version: CampaignVersion, node: Node, enrolments: list[int]
) -> None:
    """Decide on a message for each of these enrolments. Safe to repeat."""
    sql = statement(version, source="campaigns_enrolment e", chosen="e.id = ANY(%(enrolments)s)")
    with connection.cursor() as cursor:
        cursor.execute(sql + SAFELY, {**told(campaign, version, node), "enrolments": enrolments})
    announce("message")


def statement(version: CampaignVersion, *, source: str, chosen: str) -> str:
    """The INSERT of messages for the enrolments `e` of a FROM item and a condition.

    Where they may have some already, `SAFELY` belongs behind it.
    """
    kind = next((kind for kind in PLACES if kind in version.plan["entry"]), None)
    place, joins = PLACES[kind] if kind else ("", "")
    has_split = any("split" in step for _, step in walk(version.plan["steps"]))
    variants = "|| jsonb_build_object('variants', e.variants)" if has_split else ""
    return PLAN.format(place=place, joins=joins, variants=variants, source=source, chosen=chosen)


def told(campaign: Campaign, version: CampaignVersion, node: Node) -> dict[str, Any]:
    """What the statement must be told of the step."""
    template = Template.objects.get(shop=campaign.shop_id, key=node.body)
    same = {
        "campaign": campaign.name,
        "version": version.number,
        "priority": campaign.priority,
        "holdout_percent": float(campaign.holdout_percent),
        "step": node.id,
        "template": template.name,
        "template_updated_at": template.updated_at.isoformat(),
        **{key: version.plan[key] for key in ("audience", "exclude") if key in version.plan},
    }
    return {
        "template": template.pk,
        "channel": node.step.get("channel", "email"),
        "send_step": node.id,
        "shared": _shared(campaign, same),
        "planned": Jsonb({"planned_at": now().isoformat()}),
    }


def _shared(campaign: Campaign, same: dict[str, Any]) -> int:
    said = json.dumps(same, sort_keys=True)
    row, _new = SharedTrail.objects.get_or_create(
        campaign=campaign,
        digest=hashlib.sha256(said.encode()).hexdigest()[:32],
        defaults={"shop_id": campaign.shop_id, "said": same},
    )
    return row.pk
