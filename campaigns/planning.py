"""A send step becomes ledger rows, each with the reason frozen beside it."""

from django.db import connection
from psycopg.types.json import Jsonb

from campaigns.models import Campaign, CampaignVersion
from campaigns.program import Node
from shops.announcing import announce

# The trail is frozen here: why this customer, at this moment, as the facts then were.
PLAN_MESSAGES = """
INSERT INTO campaigns_message (shop_id, enrolment_id, campaign_id, customer_id, template_id, step,
    channel, status, reason, trail, due_at, attempts, carrier_id)
SELECT e.shop_id, e.id, e.campaign_id, e.customer_id, t.id, %(step)s, %(channel)s, 'planned', '',
    jsonb_strip_nulls(jsonb_build_object(
        'campaign', g.name,
        'version', %(version)s::int,
        'priority', g.priority,
        'entered_at', e.entered_at,
        'cause', e.entry_key,
        'happened', nullif(e.cause, '{}'),
        'holdout_percent', g.holdout_percent,
        'held_out', e.held_out,
        'audience', %(plan)s::jsonb -> 'audience',
        'exclude', %(plan)s::jsonb -> 'exclude',
        'step', %(step)s::text,
        'variants', nullif(e.variants, '{}'),
        'template', t.name,
        'template_updated_at', t.updated_at,
        'stage', CASE WHEN v.id IS NULL THEN NULL ELSE jsonb_build_object(
            'key', s.key, 'name', s.name, 'since', v.entered_at, 'facts', v.why) END,
        'segment', CASE WHEN m.id IS NULL THEN NULL ELSE jsonb_build_object(
            'key', sg.key, 'name', sg.name, 'since', m.entered_at) END,
        'planned_at', now())),
    now(), 0, ''
FROM campaigns_enrolment e
JOIN campaigns_campaign g ON g.id = e.campaign_id
JOIN campaigns_template t ON t.shop_id = e.shop_id AND t.key = %(template)s
LEFT JOIN journeys_stagevisit v ON v.id = CASE WHEN e.entry_key ~ '^(left-)?visit:[0-9]+$'
    THEN split_part(e.entry_key, ':', 2)::bigint END
LEFT JOIN journeys_stage s ON s.id = v.stage_id
LEFT JOIN segments_membership m ON m.id = CASE WHEN e.entry_key ~ '^(left-)?membership:[0-9]+$'
    THEN split_part(e.entry_key, ':', 2)::bigint END
LEFT JOIN segments_segment sg ON sg.id = m.segment_id
WHERE e.id = ANY(%(enrolments)s)
ORDER BY e.id
ON CONFLICT (enrolment_id, step) DO NOTHING
"""


def plan_messages(
    campaign: Campaign, version: CampaignVersion, node: Node, enrolments: list[int]
) -> None:
    """Decide on a message for each of these enrolments. Safe to repeat."""
    known = {
        "template": node.body,
        "channel": node.step.get("channel", "email"),
        "step": node.id,
        "version": version.number,
        "plan": Jsonb(version.plan),
        "enrolments": enrolments,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLAN_MESSAGES, known)
    announce("message")
