"""When its window is over a plan's forecast meets what happened, and the next plan shows it.

Twice: how the ways of the journey moved, and what each campaign's holdout measured on its way. The
first says whether the journey moved, the second why.
"""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from assistant.models import Decision, MeasuredLift, Plan
from campaigns import arms
from insights.lift import Sums, lift
from journeys import transitions
from journeys.transitions import Period
from journeys.what_if import HORIZON_DAYS

GOAL_DAYS = 30  # where the campaign's goal has no days of its own
# Only customers whose window is over: the others would count as not having gone.
WENT = f"""
WITH {arms.PEOPLE}
SELECT held_out, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM journeys_stagevisit v JOIN journeys_stage s ON s.id = v.stage_id
    WHERE v.customer_id = people.customer_id AND v.journey_id = %(journey)s AND s.key = %(target)s
    AND v.entered_at > people.entered_at AND v.entered_at <= people.entered_at + %(window)s))
FROM people WHERE entered_at <= %(now)s - %(window)s GROUP BY held_out
"""


def score_due() -> int:
    """Score the plans that were approved and whose window has ended; returns how many."""
    since = now() - timedelta(days=HORIZON_DAYS)
    due = Plan.objects.filter(
        scored_at=None, created_at__lt=since, decisions__verdict__in=["approved", "edited"]
    ).distinct()
    plans = list(due.order_by("pk"))
    for plan in plans:
        plan.score, plan.scored_at = score(plan), now()
        plan.save(update_fields=["score", "scored_at"])
    return len(plans)


def score(plan: Plan) -> list[dict[str, Any]]:
    """Each forecast way: its rate in the days before the plan and in as many after it."""
    days = timedelta(days=HORIZON_DAYS)
    before = transitions.measure(plan.journey, Period(plan.end - days, plan.end))
    after = transitions.measure(plan.journey, Period(plan.end, plan.end + days))
    changes = {change.now.id: change for change in transitions.compare(after, before)}
    return [
        {
            "edge": each["edge"],
            "before": changes[each["edge"]].before.rate.value,
            "after": changes[each["edge"]].now.rate.value,
            "low": changes[each["edge"]].difference.low,
            "high": changes[each["edge"]].difference.high,
            "clear": changes[each["edge"]].difference.clear,
            "forecast_percent": each["assumed_percent"],
        }
        for each in {one["edge"]: one for one in plan.proposal["forecast"]}.values()
        if each["edge"] in changes
    ]


def measure_due() -> int:
    """Measure the campaigns of plans that have run for the forecast's days; returns how many.

    Once each: a row a part, however often this is called.
    """
    since = now() - timedelta(days=HORIZON_DAYS)
    due = Decision.objects.filter(campaign__launched_at__lt=since).select_related(
        "plan__journey", "campaign__shop"
    )
    held = set(MeasuredLift.objects.values_list("plan", "part"))
    rows = [measured(each) for each in due if (each.plan_id, each.part) not in held]
    kept = [row for row in rows if row]
    MeasuredLift.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)


def measured(decision: Decision) -> MeasuredLift | None:
    """What the holdout says about the part's way; None where nothing was forecast of it."""
    plan, campaign = decision.plan, decision.campaign
    edges = {each["part"]: each["edge"] for each in plan.proposal["campaigns"]}
    edge = edges.get(decision.part, "")
    ahead = {each["edge"]: each["assumed_percent"] for each in plan.proposal["forecast"]}
    if campaign is None or edge not in ahead:
        return None
    days = campaign.plan.get("goal", {}).get("days", GOAL_DAYS)
    told = {**arms.known(campaign), "journey": plan.journey_id, "target": edge.rpartition("..")[2],
            "window": timedelta(days=days), "now": now()}  # fmt: skip
    sides = {False: Sums(), True: Sums()}
    with connection.cursor() as cursor:
        cursor.execute(WENT, told)
        for held_out, people, went in cursor.fetchall():
            sides[held_out] = Sums(n=people, events=went, y=went, yy=went)
    seen = lift(sides[False], sides[True])
    known = bool(sides[False].n and sides[True].n)
    return MeasuredLift(
        shop=plan.shop, plan=plan, part=decision.part, edge=edge, forecast_percent=ahead[edge],
        treated_count=sides[False].n, held_out_count=sides[True].n,
        held_out_share=sides[True].mean, value=seen.value, low=seen.low if known else -1.0,
        high=seen.high if known else 1.0, is_enough=seen.enough,
    )  # fmt: skip
