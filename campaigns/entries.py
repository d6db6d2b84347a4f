"""What makes somebody enter: one SELECT of causes for each kind of entry.

Each gives customer_id, entry_key (the cause, once per campaign), since (when it came about) and
details (kept for the why-trail). `{only}` narrows it to a batch of customers.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cronsim import CronSim

from campaigns import plan_check, where
from campaigns.models import Campaign
from customers import zones

LATE_HOURS = 72  # entries and messages older than this are left, unless the plan says otherwise
MOST_FIRES = 50

STAGE = """
SELECT v.customer_id, {word} || v.id AS entry_key, v.{moment} AS since, '{{}}'::jsonb AS details
FROM journeys_stagevisit v
JOIN journeys_stage s ON s.id = v.stage_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.shop_id = %(shop)s AND j.key = %(journey)s AND s.key = %(stage)s {only}
"""
SEGMENT = """
SELECT m.customer_id, {word} || m.id AS entry_key, m.{moment} AS since, '{{}}'::jsonb AS details
FROM segments_membership m JOIN segments_segment s ON s.id = m.segment_id
WHERE s.shop_id = %(shop)s AND s.key = %(segment)s {only}
"""
ENTER = "AND {}.left_at IS NULL"
LEAVE = "AND {}.left_at > greatest(%(launched)s, %(now)s - %(late)s)"

# The newest alone: five carts in an hour are one cause.
TOUCHPOINT = """
SELECT DISTINCT ON (t.customer_id) t.customer_id, 'touchpoint:' || t.id AS entry_key,
    t.occurred_at AS since,
    jsonb_build_object('touchpoint', t.kind, 'occurred_at', t.occurred_at, 'data', t.data)
        AS details
FROM customers_touchpoint t
WHERE t.shop_id = %(shop)s AND t.kind = ANY(%(kinds)s) AND t.customer_id IS NOT NULL
AND t.occurred_at > greatest(%(launched)s, %(now)s - %(late)s) - %(after)s
AND t.occurred_at <= %(now)s - %(after)s {where} {unless} {only}
ORDER BY t.customer_id, t.occurred_at DESC
"""
UNLESS = """AND NOT EXISTS (SELECT FROM customers_touchpoint u
    WHERE u.customer_id = t.customer_id AND u.kind = ANY(%(unless)s)
    AND u.occurred_at > t.occurred_at AND u.occurred_at <= t.occurred_at + %(after)s)"""

# Times on the wall, in a zone or in everybody's own. A time that was reached before the last sweep
# is over: whoever becomes a customer later does not get last week's letter. Where the zone is one,
# its times are worked out once, and not for each of a million people.
FIRES = """
SELECT c.id AS customer_id, fire.entry_key, fire.since, fire.details
FROM customers_customer c CROSS JOIN LATERAL (
    SELECT 'at:' || to_char(f.wall, 'YYYY-MM-DD"T"HH24:MI') AS entry_key,
        f.wall AT TIME ZONE {zone} AS since,
        jsonb_build_object('at', f.wall, 'zone', {zone}) AS details
    FROM unnest(%(fires)s::timestamp[]) AS f (wall)
    WHERE f.wall AT TIME ZONE {zone} <= %(now)s
    AND f.wall AT TIME ZONE {zone} > greatest(%(swept)s, %(now)s - %(late)s)
    OFFSET 0
) AS fire
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL
"""

# Compared as text: what a shop keeps in an attribute may be no date at all. Whoever was born on
# a leap day has a birthday every year.
DATE = """
SELECT c.id AS customer_id, 'date:' || day.local::date AS entry_key, %(now)s AS since,
    jsonb_build_object('attribute', %(date)s, 'value', c.attributes->>%(date)s) AS details
FROM customers_customer c
CROSS JOIN LATERAL (SELECT %(now)s AT TIME ZONE {zone} AS local) AS day
CROSS JOIN LATERAL (SELECT to_char(day.local - %(days)s, '{form}') AS text,
    to_char(day.local - %(days)s + interval '1 day', 'MM-DD') AS next) AS wanted
WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND day.local::time >= %(time)s::time
AND c.attributes->>%(date)s ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'
AND (substr(c.attributes->>%(date)s, {start}, {length}) = wanted.text
    OR {yearly} AND wanted.text = '02-28' AND wanted.next = '03-01'
    AND substr(c.attributes->>%(date)s, 6, 5) = '02-29')
"""
NOBODY = """SELECT NULL::bigint AS customer_id, '' AS entry_key, %(now)s AS since,
    '{}'::jsonb AS details WHERE false"""


@dataclass(frozen=True)
class Causes:
    """A SELECT with its named parameters."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


def is_by_clock(entry: dict[str, Any]) -> bool:
    """Whether somebody may enter though nothing happens to them."""
    return bool({"at", "cron", "date", "after_hours"} & entry.keys())


def causes(campaign: Campaign, at: datetime, *, batch: bool) -> Causes:
    """The causes to enter the campaign as of a moment; for the customers in %(customers)s only
    when `batch`."""
    entry = campaign.plan["entry"]
    late = timedelta(hours=campaign.plan.get("late_hours", LATE_HOURS))
    launched = campaign.launched_at or at - late
    params = {"now": at, "shop": campaign.shop_id, "launched": launched, "late": late}
    for key, select in KINDS.items():
        if key in entry:
            found = select(campaign, entry, batch)
            return Causes(found.sql, {**params, **found.params})
    return Causes(NOBODY, params)


def _only(alias: str, *, batch: bool) -> str:
    return f"AND {alias}.customer_id = ANY(%(customers)s)" if batch else ""


def _stay(sql: str, alias: str, word: str, entry: dict[str, Any], *, batch: bool) -> str:
    """Causes from coming to, or leaving, a place where customers stay."""
    leaves = entry.get("on") == "leave"
    condition = (LEAVE if leaves else ENTER).format(alias)
    return sql.format(
        word=f"'left-{word}:'" if leaves else f"'{word}:'",
        moment="left_at" if leaves else "entered_at",
        only=f"{condition} {_only(alias, batch=batch)}",
    )


def _stage(campaign: Campaign, entry: dict[str, Any], batch: bool) -> Causes:  # noqa: FBT001
    params = {"journey": plan_check.journey_key(entry), "stage": entry["stage"]}
    return Causes(_stay(STAGE, "v", "visit", entry, batch=batch), params)


def _segment(campaign: Campaign, entry: dict[str, Any], batch: bool) -> Causes:  # noqa: FBT001
    sql = _stay(SEGMENT, "m", "membership", entry, batch=batch)
    return Causes(sql, {"segment": entry["segment"]})


def _touchpoint(campaign: Campaign, entry: dict[str, Any], batch: bool) -> Causes:  # noqa: FBT001
    matching, params = where.matching(entry.get("where", {}), "t")
    sql = TOUCHPOINT.format(
        where=matching,
        unless=UNLESS if "unless" in entry else "",
        only=_only("t", batch=batch),
    )
    after = timedelta(hours=entry.get("after_hours", 0))
    kinds, unless = where.kinds(entry["touchpoint"]), where.kinds(entry.get("unless", []))
    known = {"kinds": kinds, "unless": unless, "after": after}
    return Causes(sql, {**params, **known})


def _fires(campaign: Campaign, entry: dict[str, Any], batch: bool) -> Causes:  # noqa: FBT001
    if batch:
        return Causes(NOBODY)
    zone, params = zone_of(entry.get("zone", "shop"), campaign)
    return Causes(FIRES.format(zone=zone), {**params, "swept": campaign.swept_at, "fires": []})


def _date(campaign: Campaign, entry: dict[str, Any], batch: bool) -> Causes:  # noqa: FBT001
    if batch:
        return Causes(NOBODY)
    zone, params = zone_of("customer", campaign)
    yearly = entry.get("yearly", False)
    sql = DATE.format(
        zone=zone,
        form="MM-DD" if yearly else "YYYY-MM-DD",
        start=6 if yearly else 1,
        length=5 if yearly else 10,
        yearly="true" if yearly else "false",
    )
    known = {"date": entry["date"], "days": timedelta(days=entry.get("days", 0))}
    return Causes(sql, {**params, **known, "time": entry.get("time", "09:00")})


def zone_of(said: str, campaign: Campaign) -> tuple[str, dict[str, Any]]:
    """An SQL expression for a zone (everybody's own, the shop's, or one by name); c is the
    customer."""
    shop = zones.of_shop(campaign.shop)
    if said == "customer":
        sql = zones.OF_CUSTOMER.format(zones="%(zones)s", shop="%(shop_zone)s")
        return sql, {"zones": zones.known(), "shop_zone": shop}
    return "%(zone)s", {"zone": shop if said == "shop" else said}


def fires(entry: dict[str, Any], since: datetime, until: datetime) -> list[datetime]:
    """The times on the wall (without a zone) that any zone may reach between two moments."""
    first = since.replace(tzinfo=None) - timedelta(days=1)
    last = until.replace(tzinfo=None) + timedelta(days=1)
    if "at" in entry:
        wall = datetime.fromisoformat(entry["at"])
        return [wall] if first <= wall <= last else []
    found: list[datetime] = []
    for wall in CronSim(entry["cron"], first):
        if wall > last or len(found) == MOST_FIRES:
            break
        found.append(wall)
    return found


KINDS = {
    "stage": _stage,
    "segment": _segment,
    "touchpoint": _touchpoint,
    "at": _fires,
    "cron": _fires,
    "date": _date,
}
