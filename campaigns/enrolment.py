"""Customers enter running campaigns: one statement a campaign, once per cause."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg.types.json import Jsonb

from campaigns import entries, holdout, plan_check, planning, program, versions
from campaigns.models import Campaign, CampaignVersion
from customers.models import Customer
from segments import rules
from shops.announcing import announce
from shops.clock import now
from shops.models import Shop

# Held-out customers get a row and nothing due: they are the comparison that proves the campaign.
# Nobody is inside a campaign twice, and what came about before somebody last left it is over:
# five carts of one evening are not five letters. Whose cause counted already is looked up and not
# left to the unique constraint, which costs a sixth more: under the lock below nobody else enters.
HELD_OUT = holdout.SQL.format(campaign="%(campaign)s", customer="c.id", percent="%(percent)s")
CONTROL = holdout.SQL.format(campaign="%(control)s", customer="c.id", percent="%(always)s")
ENROL = f"""
WITH entered AS (
INSERT INTO campaigns_enrolment (shop_id, campaign_id, version_id, customer_id, entry_key, held_out,
    entered_at, step, due_at, left_at, variants, cause, outcome)
SELECT %(shop)s, %(campaign)s, %(version)s, chosen.id,
    CASE WHEN %(once)s THEN 'once' ELSE chosen.entry_key END, chosen.held_out, %(now)s, %(first)s,
    CASE WHEN chosen.held_out OR %(through)s THEN NULL ELSE %(now)s END,
    CASE WHEN %(through)s AND NOT chosen.held_out THEN %(now)s END, '{{{{}}}}', chosen.details,
    CASE WHEN chosen.held_out THEN 'held out' WHEN %(through)s THEN 'completed' ELSE '' END
FROM (
    SELECT DISTINCT ON (c.id) c.id, cause.entry_key, cause.details,
        ({HELD_OUT} OR %(always)s > 0 AND {CONTROL}) AS held_out
    FROM ({{causes}}) AS cause JOIN customers_customer c ON c.id = cause.customer_id
    LEFT JOIN customers_profile p ON p.customer_id = c.id {{joins}}
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL {{only}}
    AND {{audience}} AND NOT {{exclude}}
    AND NOT EXISTS (SELECT FROM campaigns_enrolment e
        WHERE e.customer_id = c.id AND e.campaign_id = %(campaign)s
        AND (e.due_at IS NOT NULL OR greatest(e.entered_at, e.left_at) >= cause.since
            OR e.entered_at > %(now)s - %(again)s
            OR e.entry_key = CASE WHEN %(once)s THEN 'once' ELSE cause.entry_key END))
    ORDER BY c.id, cause.since DESC
) AS chosen
RETURNING id, shop_id, campaign_id, customer_id, entry_key, held_out, entered_at, cause, variants
) {{ledger}} SELECT count(*) FROM entered
"""
# A letter to a million people is one statement: a campaign that begins with a message plans it
# where people enter, unless its exit rule has to be asked first.
LEDGER = ", planned AS ({statement})"
# Two workers that each see a customer outside would both take them in.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('campaigns.enrolment'), %s)"


def enrol(shop: Shop, customers: list[int] | None = None) -> int:
    """Enrol those of these customers (None: of all) who have a cause to enter a running campaign.

    Returns how many entered. The same cause enters once. A plan that can no longer run says so in
    the campaign's fault and enrols nobody.
    """
    campaigns = Campaign.objects.filter(shop=shop, status="running").order_by("pk")
    return enrol_in(campaigns, customers)


def enrol_all() -> int:
    """Enrol in every running campaign whoever has a cause by now; returns how many entered.

    For causes that the clock alone brings, such as a stage reached by doing nothing.
    """
    return enrol_in(Campaign.objects.filter(status="running").order_by("pk"))


def enrol_by_clock() -> int:
    """As `enrol_all`, for the campaigns whose entry is a time of its own: every minute."""
    running = Campaign.objects.filter(status="running", entry_closed_at=None)
    plans = running.values_list("pk", "plan__entry")
    due = [pk for pk, entry in plans if entries.is_by_clock(entry)]
    return enrol_in(Campaign.objects.filter(pk__in=due).order_by("pk"))


def enrol_in(campaigns: QuerySet[Campaign], customers: list[int] | None = None) -> int:
    """As `enrol`, for these campaigns."""
    entered = 0
    for campaign in campaigns.filter(entry_closed_at=None).select_related("shop"):
        if plan_check.mark_fault(campaign):
            entered += _enrol(campaign, customers)
    if entered:
        announce("enrolment")
    return entered


def _enrol(campaign: Campaign, customers: list[int] | None) -> int:
    at = now()
    with transaction.atomic():
        found = entries.causes(campaign, at, batch=customers is not None)
        params = {**found.params, "customers": customers}
        if "fires" in params:
            params |= _times(campaign, params)
        entered = _insert(campaign, found.sql, params) if params.get("fires") != [] else 0
        if customers is None:
            Campaign.objects.filter(pk=campaign.pk).update(swept_at=at)
    return entered


def _times(campaign: Campaign, params: dict[str, Any]) -> dict[str, Any]:
    swept = campaign.swept_at or campaign.launched_at or params["now"]
    since = max(swept, params["now"] - params["late"])
    return {"swept": swept, "fires": entries.fires(campaign.plan["entry"], since, params["now"])}


def _insert(campaign: Campaign, causes: str, params: dict[str, Any]) -> int:
    plan, version = campaign.plan, versions.current(campaign)
    ledger, first, told = _beginning(campaign, version)
    wide = params["customers"] is None
    audience = (
        rules.compile(plan["audience"], shop=campaign.shop, wide=wide)
        if "audience" in plan
        else rules.Compiled("true", {})
    )
    exclude = (
        rules.compile(plan["exclude"], shop=campaign.shop, prefix="x", wide=wide)
        if "exclude" in plan
        else rules.Compiled("false", {})
    )
    again = plan.get("reentry", "always")
    statement = ENROL.format(
        causes=causes,
        only="" if params["customers"] is None else "AND c.id = ANY(%(customers)s)",
        joins=f"{audience.joins} {exclude.joins}",
        audience=audience.sql,
        exclude=exclude.sql,
        ledger=ledger,
    )
    known = {
        **params,
        **audience.params,
        **exclude.params,
        "campaign": campaign.pk,
        "version": version.pk,
        **told,
        "first": first,
        "through": first == program.END,
        "percent": campaign.holdout_percent,
        "control": f"shop-{campaign.shop_id}",
        "always": campaign.shop.control_percent,
        "once": again == "never",
        "again": timedelta(days=again["after_days"] if isinstance(again, dict) else 0),
    }
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [campaign.pk])
        cursor.execute(statement, known)
        entered = int(cursor.fetchone()[0])
    if entered and ledger:
        announce("message")
    return entered


def _beginning(campaign: Campaign, version: CampaignVersion) -> tuple[str, str, dict[str, Any]]:
    """The part of the statement that plans the first message, the step to begin with, and what the
    statement must be told; no such part where the first step has to wait for the engine."""
    way = program.of(version.plan)
    node = way.nodes[way.first]
    if node.kind != "send" or "exit" in version.plan:
        return "", way.first, {}
    statement = planning.statement(version, source="entered e", chosen="NOT e.held_out")
    return LEDGER.format(statement=statement), node.next, planning.told(campaign, version, node)


def enter(campaign: Campaign, customer: Customer, *, key: str, details: dict[str, Any]) -> bool:
    """Let one customer enter a running campaign whose entry is the API; False when they may not.

    The same key enters once.
    """
    is_open = campaign.status == "running" and campaign.entry_closed_at is None
    if not is_open or "api" not in campaign.plan["entry"] or not plan_check.mark_fault(campaign):
        return False
    named = """SELECT %(customer)s::bigint AS customer_id, %(key)s AS entry_key, %(now)s AS since,
        %(details)s::jsonb AS details"""
    params = {
        "shop": campaign.shop_id,
        "now": now(),
        "customer": customer.survivor.pk,
        "customers": [customer.survivor.pk],
        "key": f"api:{key}"[:60],
        "details": Jsonb(details),
    }
    with transaction.atomic():
        entered = _insert(campaign, named, params) == 1
        if entered:
            announce("enrolment")
    return entered
