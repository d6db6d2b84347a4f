"""What each kind of step does: for a whole batch at once, and where everybody goes next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns import entries, holdout, learning, where
from campaigns.models import Campaign, CampaignVersion, Enrolment
from campaigns.plan_schema import WEEKDAYS
from campaigns.planning import plan_messages
from campaigns.program import END, Node, Program
from customers import attributes
from insights.predictors import best_hour
from segments import fixed, rules
from segments.models import Segment
from shops import outbox
from shops.clock import now

BEST_HOUR = 10  # where nothing is known of anybody
GAP_DAYS = 30  # between orders, for customers who have not shown theirs

GO_ON = """
UPDATE campaigns_enrolment SET step = %(step)s, due_at = %(due_at)s, left_at = %(left_at)s,
    waits_since = NULL, outcome = %(why)s WHERE id = ANY(%(enrolments)s)
"""
GO = """
UPDATE campaigns_enrolment e SET waits_since = NULL, step = way.target,
    due_at = CASE way.target WHEN %(end)s THEN NULL ELSE now() END,
    left_at = CASE way.target WHEN %(end)s THEN now() END,
    outcome = CASE way.target WHEN %(end)s THEN 'completed' ELSE '' END,
    variants = CASE WHEN %(split)s THEN e.variants || jsonb_build_object(%(step)s::text, way.label)
        ELSE e.variants END
FROM (SELECT chosen.id, chosen.label, ways.target FROM (
        SELECT e.id, CASE {cases} END AS label FROM campaigns_enrolment e
        JOIN customers_customer c ON c.id = e.customer_id
        LEFT JOIN customers_profile p ON p.customer_id = c.id
        WHERE e.id = ANY(%(enrolments)s)) AS chosen
    JOIN unnest(%(labels)s::text[], %(targets)s::text[]) AS ways (label, target) USING (label)
) AS way WHERE way.id = e.id
"""
# The model's for this customer, else everybody's; before the first training the commonest so far.
OF_BEST_HOUR = """make_time(coalesce((p.scores ->> 'best_hour')::float::int, %(of_shop)s::int,
    p.best_hour, %(best)s), 0, 0)"""
CAME = """EXISTS (SELECT FROM customers_touchpoint t WHERE t.customer_id = e.customer_id
    AND t.kind = %(kind)s AND t.occurred_at > e.waits_since {where})"""
UNTIL = """
UPDATE campaigns_enrolment e SET step = %(next)s, due_at =
    (wait.local::date + wait.days + wait.time) AT TIME ZONE wait.zone
FROM (SELECT z.id, z.zone, z.local, z.time, CASE
        WHEN %(weekday)s::int IS NULL THEN (z.local::time >= z.time)::int
        WHEN extract(isodow FROM z.local) = %(weekday)s AND z.local::time >= z.time THEN 7
        ELSE (%(weekday)s::int - extract(isodow FROM z.local)::int + 7) %% 7 END AS days
    FROM (SELECT e.id, {zone} AS zone, %(now)s AT TIME ZONE {zone} AS local, {time} AS time
        FROM campaigns_enrolment e JOIN customers_customer c ON c.id = e.customer_id
        LEFT JOIN customers_profile p ON p.customer_id = c.id
        WHERE e.id = ANY(%(enrolments)s)) AS z
) AS wait WHERE wait.id = e.id
"""
# Counted from the last order, and never into the past.
USUAL_GAP = """
UPDATE campaigns_enrolment e SET step = %(next)s, due_at = greatest(%(now)s,
    coalesce(p.last_order_at, %(now)s)
        + coalesce(p.mean_gap_days, %(gap)s) * %(times)s * interval '1 day')
FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
WHERE c.id = e.customer_id AND e.id = ANY(%(enrolments)s)
"""
TOLD = """
SELECT e.shop_id, 'campaign.step_reached' AS type, 'step:' || e.id || ':' || %(step)s AS cause,
    now() AS occurred_at, jsonb_build_object('customer', c.external_id, 'campaign', %(campaign)s,
        'name', %(name)s, 'step', %(step)s) AS data
FROM campaigns_enrolment e JOIN customers_customer c ON c.id = e.customer_id
WHERE e.id = ANY(%(enrolments)s)
"""


@dataclass(frozen=True)
class Batch:
    """Enrolments of one version that are due at the same step."""

    campaign: Campaign
    version: CampaignVersion
    program: Program
    step: str
    enrolments: list[int]

    @property
    def node(self) -> Node:
        return self.program.nodes[self.step]

    def rows(self) -> Any:
        return Enrolment.objects.filter(pk__in=self.enrolments)

    def customers(self) -> list[int]:
        return sorted(self.rows().values_list("customer_id", flat=True))


def do(batch: Batch) -> None:
    """Do the step and say when the next one is due. A step that is no more ends the way."""
    if batch.enrolments and batch.step not in batch.program.nodes:
        _go_on(batch, END)
    elif batch.enrolments:
        KINDS[batch.node.kind](batch)


def _go_on(
    batch: Batch, step: str, *, due_at: datetime | None = None, why: str = "completed"
) -> None:
    is_over = step == END
    known = {
        "step": step,
        "due_at": None if is_over else due_at or now(),
        "left_at": now() if is_over else None,
        "why": why if is_over else "",
        "enrolments": batch.enrolments,
    }
    with connection.cursor() as cursor:
        cursor.execute(GO_ON, known)


def _send(batch: Batch) -> None:
    plan_messages(batch.campaign, batch.version, batch.node, batch.enrolments)
    _go_on(batch, batch.node.next)


def _wait_days(batch: Batch) -> None:
    _go_on(batch, batch.node.next, due_at=now() + timedelta(days=batch.node.body))


def _wait(batch: Batch) -> None:
    said = batch.node.body
    if "until" in said or "best_hour" in said:
        _wait_until(batch, said)
    elif "usual_gap" in said:
        _wait_usual_gap(batch, said["usual_gap"])
    else:
        pause = timedelta(days=said.get("days", 0), hours=said.get("hours", 0))
        _go_on(batch, batch.node.next, due_at=now() + pause)


def _wait_until(batch: Batch, said: dict[str, Any]) -> None:
    """Until a time on everybody's own clock."""
    if batch.node.next == END:
        _go_on(batch, END)
        return
    zone, params = entries.zone_of("customer", batch.campaign)
    time = "%(until)s::time" if "until" in said else OF_BEST_HOUR
    weekday = said.get("weekday")
    known = {
        **params,
        "now": now(),
        "enrolments": batch.enrolments,
        "next": batch.node.next,
        "until": said.get("until"),
        "of_shop": best_hour.of_shop(batch.campaign.shop) if "best_hour" in said else None,
        "best": BEST_HOUR,
        "weekday": WEEKDAYS.index(weekday) + 1 if weekday else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNTIL.format(zone=zone, time=time), known)


def _wait_usual_gap(batch: Batch, times: float) -> None:
    """Until so many of the customer's own times between orders have passed since the last one."""
    if batch.node.next == END:
        _go_on(batch, END)
        return
    known: dict[str, Any] = {
        "enrolments": batch.enrolments,
        "next": batch.node.next,
        "now": now(),
        "gap": GAP_DAYS,
        "times": times,
    }
    with connection.cursor() as cursor:
        cursor.execute(USUAL_GAP, known)


def _wait_for(batch: Batch) -> None:
    """First come those who begin to wait; later those whom it came to, or whose time is over."""
    body, came = batch.node.body, batch.rows().filter(waits_since__isnull=False)
    over = list(came.values_list("pk", flat=True))
    begin = batch.rows().exclude(pk__in=over)
    begin.update(step=batch.step, waits_since=now(), due_at=now() + timedelta(hours=body["hours"]))
    if over:
        matching, params = where.matching(body.get("where", {}), "t")
        condition = CAME.format(where=matching)
        cases = f"WHEN {condition} THEN 'came' ELSE 'missed'"
        _fork(batch, cases, {**params, "kind": body["touchpoint"]}, enrolments=over)


def _branch(batch: Batch) -> None:
    cases: list[str] = []
    params: dict[str, Any] = {}
    for number, way in enumerate(batch.node.body):
        rule = rules.compile(way["if"], shop=batch.campaign.shop, prefix=f"b{number}_")
        cases.append(f"WHEN {rule.sql} THEN 'if{number}'")
        params |= rule.params
    _fork(batch, f"{' '.join(cases)} ELSE 'else'", params)


def _split(batch: Batch) -> None:
    """By a hash that is stable for the customer and independent between splits."""
    draw = holdout.DRAW.format(seed="%(seed)s", customer="c.id")
    cases: list[str] = []
    params: dict[str, Any] = {"seed": f"{batch.campaign.pk}/{batch.step}"}
    upto = 0.0
    for number, (way, share) in enumerate(zip(batch.node.body, _shares(batch), strict=True)):
        upto += share
        params |= {f"upto{number}": upto, f"name{number}": way["name"]}
        cases.append(f"WHEN {draw} < %(upto{number})s THEN %(name{number})s")
    _fork(batch, f"{' '.join(cases)} ELSE %(name0)s", params, split=True)


def _shares(batch: Batch) -> list[float]:
    ways = batch.node.body
    if batch.node.step.get("learn"):
        return learning.of(batch.campaign, batch.step, ways)
    return [way["percent"] / 100 for way in ways]


def _fork(
    batch: Batch,
    cases: str,
    params: dict[str, Any],
    *,
    enrolments: list[int] | None = None,
    split: bool = False,
) -> None:
    """Everybody takes the way whose label the CASE gives."""
    known = {
        **params,
        "enrolments": batch.enrolments if enrolments is None else enrolments,
        "labels": list(batch.node.ways),
        "targets": list(batch.node.ways.values()),
        "step": batch.step,
        "split": split,
        "end": END,
    }
    with connection.cursor() as cursor:
        cursor.execute(GO.format(cases=cases), known)


def _set(batch: Batch) -> None:
    attributes.put(batch.campaign.shop, batch.customers(), batch.node.body)
    _go_on(batch, batch.node.next)


def _add_to(batch: Batch) -> None:
    segment = Segment.objects.get(shop=batch.campaign.shop, key=batch.node.body)
    fixed.add(segment, batch.customers())
    _go_on(batch, batch.node.next)


def _tell(batch: Batch) -> None:
    known = {"step": batch.step, "campaign": batch.campaign.key, "name": batch.node.body}
    outbox.publish(TOLD, {**known, "enrolments": batch.enrolments})
    _go_on(batch, batch.node.next)


def _stop(batch: Batch) -> None:
    _go_on(batch, END, why=f"stopped: {batch.node.body}"[:60])


KINDS: dict[str, Callable[[Batch], None]] = {
    "send": _send,
    "wait_days": _wait_days,
    "wait": _wait,
    "wait_for": _wait_for,
    "branch": _branch,
    "split": _split,
    "set": _set,
    "add_to": _add_to,
    "tell": _tell,
    "stop": _stop,
}
