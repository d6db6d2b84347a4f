"""A campaign's life: draft, review, scheduled, running, paused; finished or cancelled at its end.

A status changes only from where it may be changed: of two calls at once one wins, and each says
whether it was the one.
"""

from datetime import datetime

from django.db import connection, transaction

from campaigns import enrolment, plan_check, program, second_person, versions
from campaigns.models import Campaign, Enrolment, Message
from shops.announcing import announce
from shops.clock import now
from shops.models import User

OPEN = ["running", "paused"]
# Nobody is on the way any more and every message has come to its end.
DRAINED = """
UPDATE campaigns_campaign g SET status = 'finished', ended_at = now()
WHERE g.status = 'running' AND g.entry_closed_at IS NOT NULL
AND NOT EXISTS (SELECT FROM campaigns_enrolment e
    WHERE e.campaign_id = g.id AND e.due_at IS NOT NULL)
AND NOT EXISTS (SELECT FROM campaigns_message m
    WHERE m.campaign_id = g.id AND m.status IN ('planned', 'sending'))
RETURNING g.id
"""


def submit(campaign: Campaign) -> bool:
    """Ask somebody to look at a draft. Raises PlanError."""
    plan_check.check_campaign(campaign)
    return _move(campaign, ["draft"], "review")


def send_back(campaign: Campaign) -> bool:
    """Make a draft again of what was under review or scheduled."""
    return _move(campaign, ["review", "scheduled"], "draft", launch_at=None)


def schedule(campaign: Campaign, at: datetime, *, by: User | None = None) -> bool:
    """Launch by itself at a moment. Raises PlanError, NeedsAnother."""
    second_person.check(campaign, by)
    plan_check.check_campaign(campaign)
    return _move(campaign, ["draft", "review"], "scheduled", launch_at=at)


def launch(campaign: Campaign, *, by: User | None = None) -> bool:
    """Start it and enrol those who have a cause already. Raises PlanError, NeedsAnother.

    Returns whether this call started it: a second one changes nothing.
    """
    second_person.check(campaign, by)
    plan_check.check_campaign(campaign)
    with transaction.atomic():
        _name_steps(campaign)
        started = _move(campaign, ["draft", "review", "scheduled"], "running", launched_at=now())
        if started:
            enrolment.enrol_in(Campaign.objects.filter(pk=campaign.pk))
    return started


def _name_steps(campaign: Campaign) -> None:
    """Give every step an id, by which later versions of the plan know it again."""
    named = program.with_ids(campaign.plan, taken=versions.taken_ids(campaign))
    if named != campaign.plan:
        Campaign.objects.filter(pk=campaign.pk).update(plan=named)


def launch_due() -> int:
    """Start the scheduled campaigns whose time has come; returns how many.

    One that can no longer run goes back to review with its fault.
    """
    due = Campaign.objects.filter(status="scheduled", launch_at__lte=now())
    started = 0
    for campaign in due.select_related("shop").order_by("launch_at"):
        if plan_check.mark_fault(campaign):
            started += launch(campaign)
        else:
            _move(campaign, ["scheduled"], "review")
    return started


def pause(campaign: Campaign) -> bool:
    """Hold everything: steps and messages keep their place and wait."""
    return _move(campaign, ["running"], "paused")


def resume(campaign: Campaign, *, by: User | None = None) -> bool:
    """Go on where it was paused. Raises PlanError when the plan can no longer run, NeedsAnother."""
    second_person.check(campaign, by)
    plan_check.check_campaign(campaign)
    with transaction.atomic():
        resumed = _move(campaign, ["paused"], "running")
        if resumed:
            enrolment.enrol_in(Campaign.objects.filter(pk=campaign.pk))
            announce("enrolment")
            announce("message")
    return resumed


def close_entry(campaign: Campaign) -> bool:
    """Let nobody in any more; those inside go their way, and then it is finished."""
    is_open = Campaign.objects.filter(pk=campaign.pk, status__in=OPEN, entry_closed_at=None)
    closed = is_open.update(entry_closed_at=now()) == 1
    campaign.refresh_from_db()
    return closed


def cancel(campaign: Campaign) -> bool:
    """End it now: nobody goes a step further and what is planned is never sent.

    What is being handed over at this moment comes to its end, and is recorded.
    """
    with transaction.atomic():
        cancelled = _move(campaign, OPEN, "cancelled", ended_at=now(), entry_closed_at=now())
        if cancelled:
            Enrolment.objects.filter(campaign=campaign, due_at__isnull=False).update(
                due_at=None, left_at=now(), waits_since=None, outcome="cancelled"
            )
            Message.objects.filter(campaign=campaign, status="planned").update(
                status="refused", reason="campaign cancelled"
            )
    return cancelled


def finish_drained() -> int:
    """Finish the campaigns that let nobody in and have nothing left to do; returns how many.

    A letter sent at one time lets nobody in once that time is over in every zone.
    """
    running = Campaign.objects.filter(status="running", entry_closed_at=None)
    for campaign in running.filter(plan__entry__has_key="at"):
        if _is_over(campaign.plan["entry"]["at"]):
            close_entry(campaign)
    with connection.cursor() as cursor:
        cursor.execute(DRAINED)
        return len(cursor.fetchall())


def _is_over(wall: str) -> bool:
    """Whether a time on the wall has passed everywhere on earth, with a day for the late."""
    since = now().replace(tzinfo=None) - datetime.fromisoformat(wall)
    return since.total_seconds() > 38 * 3600


def _move(campaign: Campaign, origin: list[str], status: str, **fields: object) -> bool:
    """Change the status only from where it may be changed; two calls at once give one winner."""
    changed = Campaign.objects.filter(pk=campaign.pk, status__in=origin)
    moved = changed.update(status=status, **fields) == 1
    campaign.refresh_from_db()
    return moved
