"""Steps that are due: claimed in batches, done for everybody at once."""

from collections import defaultdict
from typing import Any

from django.db import connection, transaction

from campaigns import plan_check, program, steps, versions, where
from campaigns.models import Campaign, CampaignVersion, Enrolment
from campaigns.steps import Batch
from segments import rules
from shops import turns
from shops.announcing import announce
from shops.clock import now
from shops.models import Shop

BATCH = 2_000

# Asked anew before every step: whoever has what the campaign is for, or should be left alone by
# now, gets no more of it.
REACHED = """
UPDATE campaigns_enrolment e SET due_at = NULL, left_at = now(), waits_since = NULL,
    outcome = 'goal reached'
WHERE e.id = ANY(%(enrolments)s) AND EXISTS (SELECT FROM customers_touchpoint t
    WHERE t.customer_id = e.customer_id AND t.kind = %(kind)s AND t.occurred_at > e.entered_at
    {where})
RETURNING e.id
"""
EXIT = """
UPDATE campaigns_enrolment e SET due_at = NULL, left_at = now(), waits_since = NULL,
    outcome = 'left by rule'
FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE e.id = ANY(%(enrolments)s) AND c.id = e.customer_id AND {rule}
RETURNING e.id
"""
# What they wait for has come: their step is due now.
WAKE = """
UPDATE campaigns_enrolment e SET due_at = now()
WHERE (%(customers)s::bigint[] IS NULL OR e.customer_id = ANY(%(customers)s))
AND e.version_id = %(version)s AND e.step = %(step)s
AND e.waits_since IS NOT NULL AND e.due_at > now() AND EXISTS (SELECT FROM customers_touchpoint t
    WHERE t.customer_id = e.customer_id AND t.kind = %(kind)s AND t.occurred_at > e.waits_since
    {where})
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
            .values_list("campaign_id", "version_id", "step", "id")[:limit]
        )
        groups: dict[tuple[int, int | None], dict[str, list[int]]] = defaultdict(dict)
        for campaign, version, step, enrolment in claimed:
            groups[campaign, version].setdefault(step, []).append(enrolment)
        campaigns = _runnable({campaign for campaign, _ in groups})
        for (campaign, plan), waiting in groups.items():
            if campaign in campaigns:
                _run(campaigns[campaign], plan, waiting)
    return len(claimed)


def _runnable(ids: set[int]) -> dict[int, Campaign]:
    """Those whose plan can run. The others say why in their fault, and stop nobody else."""
    return {
        campaign.pk: campaign
        for campaign in Campaign.objects.filter(pk__in=ids).select_related("shop").order_by("pk")
        if plan_check.mark_fault(campaign)
    }


def _run(campaign: Campaign, version_id: int | None, waiting: dict[str, list[int]]) -> None:
    """Do the steps at which these enrolments wait, by step."""
    everybody = [pk for enrolments in waiting.values() for pk in enrolments]
    if version_id is None:  # entered before plans had versions
        version = versions.current(campaign)
        Enrolment.objects.filter(pk__in=everybody).update(version=version)
    else:
        version = CampaignVersion.objects.get(pk=version_id)
    plan = program.of(version.plan)
    left = _leave(version, everybody)
    for step, enrolments in waiting.items():
        staying = [pk for pk in enrolments if pk not in left]
        steps.do(Batch(campaign, version, plan, step or plan.first, staying))


def _leave(version: CampaignVersion, enrolments: list[int]) -> set[int]:
    """Let those go who reached the goal or whom the exit rule leads out; returns their ids."""
    left: set[int] = set()
    plan: dict[str, Any] = version.plan
    goal, exit_rule = plan.get("goal"), plan.get("exit")
    with connection.cursor() as cursor:
        if goal:
            matching, params = where.matching(goal.get("where", {}), "t")
            known = {**params, "enrolments": enrolments, "kind": goal["touchpoint"]}
            cursor.execute(REACHED.format(where=matching), known)
            left |= {pk for (pk,) in cursor.fetchall()}
        if exit_rule:
            rule = rules.compile(exit_rule, shop=version.shop)
            staying = [pk for pk in enrolments if pk not in left]
            cursor.execute(EXIT.format(rule=rule.sql), {**rule.params, "enrolments": staying})
            left |= {pk for (pk,) in cursor.fetchall()}
    return left


def wake(shop: Shop, customers: list[int] | None) -> int:
    """Let those of these customers (None: of all) go on who wait for something that has happened.

    Returns how many. The others go on when their time is over.
    """
    waiting = Enrolment.objects.filter(shop=shop, waits_since__isnull=False, due_at__isnull=False)
    if customers is not None:
        waiting = waiting.filter(customer__in=customers)
    woken = 0
    for version in CampaignVersion.objects.filter(pk__in=waiting.values("version")):
        for node in program.of(version.plan).nodes.values():
            if node.kind == "wait_for":
                woken += _wake(version, node, customers)
    if woken:
        announce("enrolment")
    return woken


def _wake(version: CampaignVersion, node: program.Node, customers: list[int] | None) -> int:
    matching, params = where.matching(node.body.get("where", {}), "t")
    known = {
        **params,
        "customers": customers,
        "version": version.pk,
        "step": node.id,
        "kind": node.body["touchpoint"],
    }
    with connection.cursor() as cursor:
        cursor.execute(WAKE.format(where=matching), known)
        return int(cursor.rowcount)
