"""Steps that are due: claimed in batches, done for everybody at once."""

from collections import defaultdict
from datetime import timedelta

from django.db import connection, transaction
from django.utils.timezone import now

from campaigns import plan_schema
from campaigns.models import Campaign, Enrolment
from shops import turns
from shops.announcing import announce

BATCH = 2_000

# The trail is frozen here: why this customer, at this moment, as the facts then were.
PLAN_MESSAGES = """
INSERT INTO campaigns_message (shop_id, enrolment_id, campaign_id, customer_id, template_id, step,
    channel, status, reason, trail, due_at, attempts, carrier_id)
SELECT e.shop_id, e.id, e.campaign_id, e.customer_id, t.id, e.step, 'email', 'planned', '',
    jsonb_strip_nulls(jsonb_build_object(
        'campaign', g.name,
        'entered_at', e.entered_at,
        'cause', e.entry_key,
        'holdout_percent', g.holdout_percent,
        'held_out', e.held_out,
        'audience', g.plan -> 'audience',
        'step', e.step,
        'template', t.name,
        'stage', CASE WHEN v.id IS NULL THEN NULL ELSE jsonb_build_object(
            'key', s.key, 'name', s.name, 'since', v.entered_at, 'facts', v.why) END,
        'segment', CASE WHEN m.id IS NULL THEN NULL ELSE jsonb_build_object(
            'key', sg.key, 'name', sg.name, 'since', m.entered_at) END,
        'planned_at', now())),
    now(), 0, ''
FROM campaigns_enrolment e
JOIN campaigns_campaign g ON g.id = e.campaign_id
JOIN campaigns_template t ON t.shop_id = e.shop_id AND t.key = %(template)s
LEFT JOIN journeys_stagevisit v ON v.id =
    CASE WHEN e.entry_key LIKE 'visit:%%' THEN substr(e.entry_key, 7)::bigint END
LEFT JOIN journeys_stage s ON s.id = v.stage_id
LEFT JOIN segments_membership m ON m.id =
    CASE WHEN e.entry_key LIKE 'membership:%%' THEN substr(e.entry_key, 12)::bigint END
LEFT JOIN segments_segment sg ON sg.id = m.segment_id
WHERE e.id = ANY(%(enrolments)s)
ORDER BY e.id
ON CONFLICT (enrolment_id, step) DO NOTHING
"""


def run_waiting() -> int:
    """Run due steps until none is left or the turn is over; returns how many were run."""
    return turns.take("enrolment", run_due, full=1)


def run_due(*, limit: int = BATCH) -> int:
    """Do one step for a batch of due enrolments; the step and its mark commit together.

    Several workers take different batches. Enrolments wait while their campaign is paused or has
    a fault.
    """
    with transaction.atomic():
        due = Enrolment.objects.filter(
            due_at__lte=now(), campaign__status="running", campaign__fault=""
        )
        claimed = list(
            due.order_by("due_at")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .values_list("campaign_id", "step", "id")[:limit]
        )
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for campaign, step, enrolment in claimed:
            groups[campaign, step].append(enrolment)
        campaigns = _runnable({campaign for campaign, _ in groups})
        for (campaign, step), enrolments in groups.items():
            if campaign in campaigns:
                _run(campaigns[campaign], step, enrolments)
    return len(claimed)


def _runnable(ids: set[int]) -> dict[int, Campaign]:
    """Those whose plan can run. The others say why in their fault, and stop nobody else."""
    return {
        campaign.pk: campaign
        for campaign in Campaign.objects.filter(pk__in=ids).select_related("shop").order_by("pk")
        if plan_schema.mark_fault(campaign)
    }


def _run(campaign: Campaign, number: int, enrolments: list[int]) -> None:
    """Do step `number` for these enrolments and say when the next one is due."""
    chosen = Enrolment.objects.filter(pk__in=enrolments)
    if number >= len(campaign.plan["steps"]):
        chosen.update(due_at=None, outcome="completed")
        return
    step, due_at = campaign.plan["steps"][number], now()
    if "send" in step:
        _plan_messages(step["send"], enrolments)
    else:
        due_at += timedelta(days=step["wait_days"])
    if number + 1 == len(campaign.plan["steps"]):
        chosen.update(step=number + 1, due_at=None, outcome="completed")
    else:
        chosen.update(step=number + 1, due_at=due_at)


def _plan_messages(template: str, enrolments: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PLAN_MESSAGES, {"template": template, "enrolments": enrolments})
    announce("message")
