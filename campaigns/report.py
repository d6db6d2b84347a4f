"""What a campaign did, beside those it left alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Count
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns import arms
from campaigns.arms import GOAL_DAYS, Arm
from campaigns.models import Campaign
from insights.lift import SPLIT_ALARM, Lift, Sums, lift, split_odds, weeks_left
from shops import money

# Only customers whose goal window is over: the others would count as not having bought, and more so
# in a young campaign. Net of cancellations. The covariate is what they were worth before.
SUMS = f"""
WITH {arms.PEOPLE}, outcome AS (
    SELECT e.customer_id, e.held_out,
        (count(o.id) FILTER (WHERE o.kind = 'sale' AND o.placed_at > e.entered_at) > 0)::int
            AS bought,
        coalesce(sum(o.total_cents) FILTER (WHERE o.currency = %(currency)s
            AND o.placed_at > e.entered_at), 0)::float AS cents,
        coalesce(sum(o.total_cents) FILTER (WHERE o.currency = %(currency)s
            AND o.placed_at <= e.entered_at), 0)::float AS before
    FROM people e LEFT JOIN customers_order o ON o.customer_id = e.customer_id
        AND o.kind IN ('sale', 'cancellation') AND o.placed_at <= e.entered_at + %(window)s
    WHERE e.entered_at <= %(now)s - %(window)s
    GROUP BY e.customer_id, e.held_out
)
SELECT held_out, count(*), sum(bought), sum(bought)::float, sum(bought)::float, sum(before),
    sum(before * before), sum(bought * before),
    count(*) FILTER (WHERE cents <> 0), sum(cents), sum(cents * cents), sum(cents * before)
FROM outcome GROUP BY held_out
"""


@dataclass(frozen=True)
class Summary:
    """Messages by status, refusals by reason, and both arms; `in_both` are on neither side."""

    messages: dict[str, int]
    refusals: dict[str, int]
    treated: Arm
    held_out: Arm
    in_both: int

    @property
    def message_count(self) -> int:
        return sum(self.messages.values())


def summary(campaign: Campaign) -> Summary:
    """The campaign's figures so far."""
    counted = campaign.message_set.values_list("status").annotate(Count("id"))
    found = arms.of(campaign)
    return Summary(
        messages=dict(counted),
        refusals=refusals(campaign),
        treated=found.treated,
        held_out=found.held_out,
        in_both=found.in_both,
    )


def refusals(campaign: Campaign) -> dict[str, int]:
    """Messages that the gate refused, by reason."""
    refused = campaign.message_set.filter(status="refused")
    return dict(refused.values_list("reason").annotate(Count("id")))


@dataclass(frozen=True)
class Proof:
    """What the campaign brought, as far as it can be told: buyers a customer and net cents a
    customer within the goal window, and a sentence about each."""

    goal: Lift
    revenue: Lift
    goal_words: str
    revenue_words: str
    split_is_off: bool
    goal_days: int = GOAL_DAYS


def proof(campaign: Campaign) -> Proof:
    """The comparison with the holdout; may be looked at as often as one likes."""
    bought, cents = _sums(campaign)
    weeks = (now() - campaign.launched_at) / timedelta(weeks=1) if campaign.launched_at else 0
    return Proof(
        goal=lift(bought[False], bought[True]),
        revenue=lift(cents[False], cents[True]),
        goal_words=_words(bought, weeks, lambda value: f"{value * 100:+.1f}", _("buyers in 100")),
        revenue_words=_words(
            cents, weeks, lambda value: _more_or_less(value, campaign), _("a customer")
        ),
        split_is_off=_split_is_off(campaign),
    )


def _sums(campaign: Campaign) -> tuple[dict[bool, Sums], dict[bool, Sums]]:
    """Buying and net revenue, by arm (held out or not)."""
    bought, cents = {False: Sums(), True: Sums()}, {False: Sums(), True: Sums()}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {**arms.known(campaign), "now": now()})
        for held_out, n, buyers, y, yy, x, xx, xy, payers, c, cc, cx in cursor.fetchall():
            bought[held_out] = Sums(n, buyers, y, yy, x, xx, xy)
            cents[held_out] = Sums(n, payers, c, cc, x, xx, cx)
    return bought, cents


def _split_is_off(campaign: Campaign) -> bool:
    """Whether the arms' sizes cannot come from the intended holdout."""
    sides = campaign.enrolments.values("held_out").annotate(n=Count("customer", distinct=True))
    sizes = {row["held_out"]: row["n"] for row in sides}
    share = float(campaign.holdout_percent) / 100
    odds = split_odds(sizes.get(False, 0), sizes.get(True, 0), held_out_fraction=share)
    return odds > SPLIT_ALARM


def _words(
    sums: Mapping[bool, Sums], weeks: float, shown: Callable[[float], str], unit: str
) -> str:
    """The lift as a marketer would say it."""
    seen = lift(sums[False], sums[True])
    left = weeks_left(sums[False], sums[True], weeks_so_far=weeks)
    if not seen.enough:
        return f"{_('Not enough people yet.')} {_more(left)}".strip()
    known = {"value": shown(seen.value), "low": shown(seen.low), "high": shown(seen.high)}
    known["unit"] = unit
    if seen.is_proved:
        return _("Proved: %(value)s %(unit)s (%(low)s to %(high)s).") % known
    words = _("Nothing proved yet: between %(low)s and %(high)s %(unit)s.") % known
    return f"{words} {_more(left)}".strip()


def _more_or_less(cents: float, campaign: Campaign) -> str:
    return ("+" if round(cents) > 0 else "") + money.said(cents, campaign.shop.currency)


def _more(weeks: int | None) -> str:
    if not weeks:
        return ""
    said = ngettext("About %d more week at this pace.", "About %d more weeks at this pace.", weeks)
    return said % weeks
