"""When its window is over a plan's forecast meets what happened, and the next plan shows it."""

from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from assistant.models import Plan
from journeys import transitions
from journeys.transitions import Period
from journeys.what_if import HORIZON_DAYS


def score_due() -> int:
    """Score the plans that were approved and whose window has ended; returns how many."""
    since = now() - timedelta(days=HORIZON_DAYS)
    due = Plan.objects.filter(
        scored_at=None, created_at__lt=since, decisions__verdict="approved"
    ).distinct()
    plans = list(due.order_by("pk"))
    for plan in plans:
        plan.score, plan.scored_at = score(plan), now()
        plan.save(update_fields=["score", "scored_at"])
    return len(plans)


def score(plan: Plan) -> list[dict[str, Any]]:
    """Each forecast way: its rate in the days before the plan and in as many after it.

    What the campaigns themselves brought is on their pages, beside their holdouts: this says
    whether the journey moved, not why.
    """
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
        for each in plan.proposal["forecast"]
        if each["edge"] in changes
    ]
