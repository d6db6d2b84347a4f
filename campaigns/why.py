"""Why a customer got a message, or got none: clauses with the values seen, as sentences.

What was decided is read from the trail, frozen when it was decided. Why somebody is not in a
campaign is asked now, clause by clause, by the same rules, draws and causes that let people in.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import addresses, entries, entry_words, holdout, program
from campaigns.models import Campaign, Enrolment, Message
from campaigns.plan_names import PlanNames
from customers.models import Customer
from segments import rules
from segments.rules import Compiled, RuleError

JUDGED = """
SELECT {judged} FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.id = %(customer)s
"""
CONSENT = """EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = c.id
    AND o.channel = {channel} AND o.purpose = 'marketing' AND o.ended_at IS NULL)"""
SUPPRESSED = """NOT EXISTS (SELECT FROM customers_suppression s WHERE s.shop_id = c.shop_id
    AND s.channel = {channel} AND lower(s.address) = lower({address}))"""
Asked = tuple[str, Compiled, bool, str]  # words, condition, whether it must hold, and its key


@dataclass(frozen=True)
class Clause:
    """One condition, whether it holds for the customer, and the values that decided."""

    holds: bool
    words: str
    seen: dict[str, Any]
    key: str = ""  # what it is about, where that may be told to the customer


def of_message(message: Message) -> list[str]:
    """The frozen trail of a message as sentences."""
    trail = message.why
    return [*_entered(trail), *_drawn(trail), *_at_the_gate(trail.get("gate"))]


def _entered(trail: dict[str, Any]) -> Iterator[str]:
    if stage := trail.get("stage"):
        yield _("Was at the stage “%s”.") % stage["name"]
        if rule := stage.get("facts", {}).get("rule"):
            yield _("The stage's rule: %s.") % rules.describe(rule)
    if segment := trail.get("segment"):
        yield _("Was in the segment “%s”.") % segment["name"]
    if happened := trail.get("happened"):
        what = happened.get("touchpoint") or happened.get("at") or happened.get("attribute") or ""
        yield _("What happened: %s.") % what
    if audience := trail.get("audience"):
        yield _("The campaign's audience: %s.") % rules.describe(audience)
    if exclude := trail.get("exclude"):
        yield _("Not one of those left out: %s.") % rules.describe(exclude)


def _drawn(trail: dict[str, Any]) -> Iterator[str]:
    if "holdout_percent" in trail:
        yield _("Not among the %s percent held out.") % trail["holdout_percent"]
    for name in (trail.get("variants") or {}).values():
        yield _("By chance on the side “%s”.") % name
    if "version" in trail:
        yield _("By version %d of the plan.") % trail["version"]


def _at_the_gate(gate: dict[str, Any] | None) -> Iterator[str]:
    if not gate:
        return
    if gate.get("night_in"):
        yield _("It was night where the customer lives (%s); it waited.") % gate["night_in"]
    if cap := gate.get("cap"):
        known = {**cap, "by": ", ".join(cap.get("by") or ["–"])}
        said = _("At most %(messages)d messages in %(days)d days; used by: %(by)s.")
        if cap.get("own"):
            said = _("The customer wants at most %(messages)d messages a week; used by: %(by)s.")
        yield said % known
    if topic := gate.get("topic"):
        yield _("Its topic: %s.") % topic
    if gate["refusal"]:
        yield _("Refused at the gate: %s.") % gate["refusal"]
    else:
        yield _("Passed the gate: %s.") % ", ".join(gate["checked"])


def of_absence(campaign: Campaign, customer: Customer) -> list[Clause]:
    """Every condition on the way to a message of the campaign, as it stands for the customer now.

    The first that does not hold is the reason why they got none.
    """
    last = Enrolment.objects.filter(campaign=campaign, customer=customer).order_by("-id").first()
    is_open = campaign.status == "running" and campaign.entry_closed_at is None
    status = {"status": campaign.status}
    return [
        Clause(is_open, _("The campaign runs and lets people in."), status),
        *([_earlier(last)] if last else []),
        *_caused(campaign, customer),
        *_judged(campaign, customer),
    ]


def _earlier(last: Enrolment) -> Clause:
    seen = {"entered_at": last.entered_at.isoformat(), "outcome": last.outcome or last.step}
    if last.held_out:
        return Clause(holds=False, words=_("Is held out, for comparison."), seen=seen)
    inside = last.due_at is not None
    words = _("Is in the campaign already.") if inside else _("Has been through it.")
    return Clause(holds=False, words=words, seen=seen, key="inside" if inside else "been")


def _caused(campaign: Campaign, customer: Customer) -> Iterator[Clause]:
    """Whether there is a cause to enter; times on the wall are the same for everybody."""
    entry = campaign.plan["entry"]
    words = entry_words.said(entry, PlanNames(campaign.shop))
    if {"at", "cron", "date", "api"} & entry.keys():
        yield Clause(holds=True, words=words, seen={})
        return
    causes = entries.causes(campaign, now(), batch=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({causes.sql}) AS causes",
            {**causes.params, "customers": [customer.pk]},
        )
        yield Clause(bool(cursor.fetchone()[0]), words, {})


def _judged(campaign: Campaign, customer: Customer) -> list[Clause]:
    """The rules, draws and permissions, in one statement."""
    asked = [*_rules(campaign), *_draws(campaign)]
    params: dict[str, Any] = {"customer": customer.pk}
    judged = []
    for _words, condition, wanted, _key in asked:
        params |= condition.params
        judged += [f"({condition.sql}) = {wanted}", condition.seen]
    with connection.cursor() as cursor:
        cursor.execute(JUDGED.format(judged=", ".join(judged)), params)
        row = cursor.fetchone()
    return [
        Clause(
            bool(row[2 * number]),
            words,
            json.loads(row[2 * number + 1]),
            key,
        )
        for number, (words, condition, _wanted, key) in enumerate(asked)
    ]


def _rules(campaign: Campaign) -> Iterator[Asked]:
    """The audience part by part, and the exclusion, each with whether it must hold."""
    audience = campaign.plan.get("audience")
    parts = audience.get("all", [audience]) if audience else []
    wanted = [(part, True) for part in parts]
    if "exclude" in campaign.plan:
        wanted.append((campaign.plan["exclude"], False))
    for number, (rule, must) in enumerate(wanted):
        words = rules.describe(rule, shop=campaign.shop)
        try:
            compiled = rules.compile(rule, shop=campaign.shop, prefix=f"w{number}_")
        except RuleError:
            compiled = Compiled("NULL::boolean", {})
        yield (words if must else _("Is left out if: %s") % words), compiled, must, ""


def _draws(campaign: Campaign) -> Iterator[Asked]:
    own = holdout.SQL.format(campaign="%(campaign)s", customer="c.id", percent="%(percent)s")
    control = holdout.SQL.format(campaign="%(control)s", customer="c.id", percent="%(always)s")
    percent = campaign.holdout_percent
    params = {"campaign": campaign.pk, "percent": percent}
    yield _("Not among the %s percent held out.") % percent, Compiled(own, params), False, ""
    if campaign.shop.control_percent:
        always = {"control": f"shop-{campaign.shop_id}", "always": campaign.shop.control_percent}
        yield _("Not in the shop's control group."), Compiled(control, always), False, ""
    for channel in _channels(campaign):
        yield from _reached(channel)


def _channels(campaign: Campaign) -> list[str]:
    """Those the campaign's steps write on."""
    steps = [step for _path, step in program.walk(campaign.plan.get("steps", []))]
    return sorted({step.get("channel", "email") for step in steps if "send" in step})


def _reached(channel: str) -> Iterator[Asked]:
    """Address, consent and suppression, each of that channel."""
    key, address = f"on_{channel}", addresses.of_channel(f"%(on_{channel})s::text")
    known = {key: channel}
    has = f"({address}) <> ''"
    yield _("Has an address for the channel “%s”.") % channel, Compiled(has, known), True, "address"
    consent = CONSENT.format(channel=f"%({key})s")
    words = _("Has given consent to the channel “%s”.") % channel
    yield words, Compiled(consent, known), True, "consent"
    free = SUPPRESSED.format(channel=f"%({key})s", address=address)
    words = _("The address is not suppressed on the channel “%s”.") % channel
    yield words, Compiled(free, known), True, "suppression"
