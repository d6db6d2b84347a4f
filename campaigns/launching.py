"""A campaign's life: draft, running, paused, finished."""

from django.db import transaction
from django.utils.timezone import now

from campaigns import enrolment, plan_schema
from campaigns.models import Campaign
from shops.announcing import announce


def launch(campaign: Campaign) -> bool:
    """Start a draft and enrol those who have a cause already. Raises PlanError.

    Returns whether this call started it: a second one changes nothing.
    """
    plan_schema.check_campaign(campaign)
    with transaction.atomic():
        started = _move(campaign, ["draft"], "running", launched_at=now())
        if started:
            enrolment.enrol_in(Campaign.objects.filter(pk=campaign.pk))
    return started


def pause(campaign: Campaign) -> bool:
    """Hold everything: steps and messages keep their place and wait."""
    return _move(campaign, ["running"], "paused")


def resume(campaign: Campaign) -> bool:
    """Go on where it was paused. Raises PlanError when the plan can no longer run."""
    plan_schema.check_campaign(campaign)
    with transaction.atomic():
        resumed = _move(campaign, ["paused"], "running")
        if resumed:
            enrolment.enrol_in(Campaign.objects.filter(pk=campaign.pk))
            announce("enrolment")
            announce("message")
    return resumed


def _move(campaign: Campaign, origin: list[str], status: str, **fields: object) -> bool:
    """Change the status only from where it may be changed; two calls at once give one winner."""
    changed = Campaign.objects.filter(pk=campaign.pk, status__in=origin)
    moved = changed.update(status=status, **fields) == 1
    campaign.refresh_from_db()
    return moved
