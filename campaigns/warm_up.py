"""A new sending domain: few mails at first, more each day, and none while too many come back.

The day's limit is a row like any receiver's (`DomainLimit`, for all domains), so the claim knows
nothing of warm-ups: a pause is a line whose next slot is far away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns.models import Message
from campaigns.pace_models import EVERY_DOMAIN, DomainLimit
from campaigns.pacing import REASON
from campaigns.warm_up_models import WarmUp
from customers.models import Suppression
from shops.models import Shop

DAY = timedelta(days=1)
A_DAY_IN_SECONDS = 86_400
AHEAD_SECONDS = 3600  # slots given away: few, since the line is slow
NEVER = timedelta(days=36_500)
FEWEST = 20  # mails, below which shares say nothing
# Shares of what was sent, after which a day is repeated, or all waits for a person. Receivers such
# as Gmail ask for complaints below 0.1 %, and act at 0.3 %.
HELD_BOUNCED, HELD_COMPLAINED = 0.02, 0.001
STOPPED_BOUNCED, STOPPED_COMPLAINED = 0.05, 0.003
FEWEST_COMPLAINTS = 2  # one person alone stops nobody
LONGEST = 120  # days of a plan that are shown


@dataclass(frozen=True)
class Figures:
    """What became of the mails since a moment."""

    sent: int
    bounced: int
    complained: int

    @property
    def bounced_fraction(self) -> float:
        return self.bounced / max(1, self.sent + self.bounced)

    @property
    def complained_fraction(self) -> float:
        return self.complained / max(1, self.sent)


def domain_of(shop: Shop) -> str:
    """The domain that a shop's mails come from."""
    return (shop.from_email or settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip(">").lower()


def begin(plan: WarmUp) -> None:
    """Start a plan, or start it afresh."""
    plan.domain = domain_of(plan.shop)
    plan.per_day = min(plan.first_per_day, plan.most_per_day)
    plan.status, plan.reason, plan.days = "running", "", []
    plan.began_at = plan.stepped_at = now()
    with transaction.atomic():
        plan.save()
        _limit(plan)


def schedule(plan: WarmUp) -> Iterator[int]:
    """The limits of the days to come, today's first."""
    per_day = plan.per_day
    for _day in range(LONGEST):
        yield per_day
        if per_day >= plan.most_per_day:
            return
        per_day = _next(plan, per_day)


def figures(plan: WarmUp) -> Figures:
    """What became of the mails since the day's limit began."""
    since = plan.stepped_at
    mails = Message.objects.filter(shop=plan.shop_id, channel="email", sent_at__gte=since)
    counted = mails.aggregate(sent=Count("id"), complained=Count("complained_at"))
    # A refusal at hand-over and a mail that came back both bar the address.
    barred = Suppression.objects.filter(
        shop=plan.shop_id, channel="email", reason="bounced", created_at__gte=since
    )
    return Figures(counted["sent"], barred.count(), counted["complained"])


def look_all() -> None:
    """Go on with each plan, or stop it."""
    for pk in WarmUp.objects.filter(status="running").values_list("pk", flat=True):
        with transaction.atomic():
            plan = WarmUp.objects.select_for_update(of=("self",)).get(pk=pk)
            if plan.status == "running":
                look(plan)


def look(plan: WarmUp) -> None:
    """One look at a plan that runs: stop it, let it rise, or leave it as it is."""
    seen = figures(plan)
    if reason := _too_bad(seen):
        pause(plan, reason)
    elif now() - plan.stepped_at >= DAY:
        _end_day(plan, seen)


def _too_bad(seen: Figures) -> str:
    if seen.sent + seen.bounced < FEWEST:
        return ""
    known = {
        "bounced": f"{seen.bounced_fraction:.1%}",
        "complained": f"{seen.complained_fraction:.2%}",
    }
    if seen.bounced_fraction >= STOPPED_BOUNCED:
        return (
            _(
                "%(bounced)s of the mails came back; more than 5 %% let receivers take a new "
                "domain for a spammer. Clean the list before you go on."
            )
            % known
        )
    if seen.complained >= FEWEST_COMPLAINTS and seen.complained_fraction >= STOPPED_COMPLAINED:
        return (
            _(
                "%(complained)s of the readers called the mails spam; receivers act at 0.3 %%. "
                "Write to fewer people, those who asked for it last."
            )
            % known
        )
    return ""


def _end_day(plan: WarmUp, seen: Figures) -> None:
    """A day is over: more tomorrow where enough was sent to learn from, and it went well."""
    is_learned = seen.sent >= plan.per_day / 2
    went_well = seen.bounced_fraction < HELD_BOUNCED and seen.complained_fraction < HELD_COMPLAINED
    plan.days.append(
        {"limit": plan.per_day, "sent": seen.sent, "bounced": seen.bounced,
         "complained": seen.complained}
    )  # fmt: skip
    plan.days = plan.days[-LONGEST:]
    if is_learned and went_well and plan.per_day >= plan.most_per_day:
        plan.status = "done"
    elif is_learned and went_well:
        plan.per_day = _next(plan, plan.per_day)
    plan.stepped_at = now()
    plan.save()
    _limit(plan)


def _next(plan: WarmUp, per_day: int) -> int:
    more = per_day + max(1, per_day * plan.growth_percent // 100)
    return min(plan.most_per_day, more)


def pause(plan: WarmUp, reason: str) -> None:
    """Let no mail of the shop leave until somebody goes on."""
    plan.status, plan.reason = "paused", reason[:300]
    plan.save()
    _limit(plan)
    # Those that have their slot already stand in line again.
    rows = Message.objects.filter(shop=plan.shop_id, channel="email", status="planned")
    rows.filter(reason=REASON).update(reason="")


def resume(plan: WarmUp) -> None:
    """Go on at the same limit, and judge what is sent from now on."""
    plan.status, plan.reason, plan.stepped_at = "running", "", now()
    plan.save()
    _limit(plan)


def end(plan: WarmUp) -> None:
    """The plan is over, and nothing is limited by it."""
    DomainLimit.objects.filter(shop=plan.shop_id, domain=EVERY_DOMAIN).delete()


def _limit(plan: WarmUp) -> None:
    """Keep today's limit as the line of all the shop's mails."""
    if plan.status == "done":
        end(plan)
        return
    line, is_new = DomainLimit.objects.get_or_create(
        shop_id=plan.shop_id,
        domain=EVERY_DOMAIN,
        defaults={"per_second": 1, "ahead_seconds": AHEAD_SECONDS},
    )
    line.per_second = plan.per_day / A_DAY_IN_SECONDS
    if plan.status == "paused":
        line.next_at = now() + NEVER
    elif is_new or line.next_at > now() + DAY:
        line.next_at = now() - DAY  # free at once
    line.save()
