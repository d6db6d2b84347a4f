"""Four eyes: where a shop demands it, whoever changed a campaign last cannot launch it."""

from django.utils.translation import gettext as _

from campaigns import program
from campaigns.edit_models import LastEdit
from campaigns.models import Campaign, Template
from shops.clock import now
from shops.models import User

ALIVE = ("draft", "review", "scheduled", "running", "paused")


class NeedsAnother(Exception):
    """This person changed the campaign last; the text says who may go on."""


def edited(campaign: Campaign, by: User) -> None:
    """Remember who changed it. Where launches need a second person, what was looked at already is
    looked at again: scheduled ones go back to review, running ones pause."""
    LastEdit.objects.update_or_create(
        campaign=campaign, defaults={"shop": campaign.shop, "user": by, "at": now()}
    )
    if campaign.shop.demands_approval:
        same = Campaign.objects.filter(pk=campaign.pk)
        same.filter(status="scheduled").update(status="review", launch_at=None)
        same.filter(status="running").update(status="paused")


def mail_edited(template: Template, by: User) -> None:
    """The same for every campaign that sends this mail."""
    living = Campaign.objects.filter(shop=template.shop_id, status__in=ALIVE)
    for campaign in living.select_related("shop"):
        steps = program.walk(campaign.plan.get("steps", []))
        if any(step.get("send") == template.key for _path, step in steps):
            edited(campaign, by)


def check(campaign: Campaign, by: User | None) -> None:
    """Raise NeedsAnother if this person may not start the campaign; without one, the server does,
    by its clock or a command."""
    if by is None or not campaign.shop.demands_approval:
        return
    if LastEdit.objects.filter(campaign=campaign, user=by).exists():
        raise NeedsAnother(_("You changed it last: in this shop somebody else has to start it."))
