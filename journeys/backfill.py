"""A journey gets the past it would have had: its rules asked at every moment that mattered.

A virtual clock goes through the moments at which an answer may change: an order, a touchpoint that
a rule asks for, the moment at which the clock alone flips a rule. At each the facts are those of
then. All customers at once, in a handful of statements. What was recorded live is only preceded:
who is at the right stage already has been there since the past says so. Afresh (after rules were
edited, or a history was imported) what was recorded is worked out anew as well.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext as _

from journeys import back_dating, counting, stages
from journeys.models import Journey, Stage, StageVisit
from segments import rules
from segments.rules import RuleError

CLEAR = "DROP TABLE IF EXISTS journeys_recorded, journeys_walk, journeys_past"
# Undo an earlier back-fill, so that a repeat with other rules begins anew.
FORGET = """
DELETE FROM journeys_stagevisit WHERE journey_id = %(journey)s AND why ? 'back_dated'
"""
RESTORE = """
UPDATE journeys_stagevisit SET entered_at = (why->>'recorded_at')::timestamptz,
    came_from_id = NULL, why = why - 'recorded_at'
WHERE journey_id = %(journey)s AND why ? 'recorded_at'
"""
# Where the recorded history of each customer begins: the past ends there. Worked out afresh, only
# the stay that lasts is kept (campaigns know it by its id), and the past reaches up to now.
RECORDED = """
CREATE TEMP TABLE journeys_recorded ON COMMIT DROP AS
SELECT DISTINCT ON (customer_id) customer_id, id, stage_id, entered_at
FROM journeys_stagevisit WHERE journey_id = %(journey)s ORDER BY customer_id, entered_at, id
"""
DROP_RECORDED = """
DELETE FROM journeys_stagevisit WHERE journey_id = %(journey)s AND left_at IS NOT NULL
"""
LASTING = """
CREATE TEMP TABLE journeys_recorded ON COMMIT DROP AS
SELECT customer_id, id, stage_id, %(now)s AS entered_at
FROM journeys_stagevisit WHERE journey_id = %(journey)s AND left_at IS NULL
"""
# The facts after each order are running sums. A moment of a touchpoint changes none of them, but
# the answer of a rule that asks for it. {rank} is the stage by priority, {due} when the clock alone
# may change it next; both speak of p (the facts of then) and m.at (the moment).
FACTS = ", ".join(f"p.{name}" for name in back_dating.FACTS)
WALK = """
CREATE TEMP TABLE journeys_walk ON COMMIT DROP AS
WITH RECURSIVE told AS (
    SELECT o.customer_id, o.placed_at AS at, o.kind,
        CASE WHEN o.currency = %(currency)s THEN o.total_cents ELSE 0 END AS cents,
        row_number() OVER history AS number,
        extract(epoch FROM o.placed_at - lag(o.placed_at) OVER history) / 86400.0 AS gap_days
    FROM customers_order o
    WHERE o.shop_id = %(shop)s AND o.customer_id IS NOT NULL
    AND o.kind IN ('sale', 'cancellation')
    WINDOW history AS (PARTITION BY o.customer_id, o.kind ORDER BY o.placed_at, o.id)
    UNION ALL
    SELECT c.id, c.created_at, '', 0, NULL, NULL FROM customers_customer c
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL AND c.created_at > '1970-01-01'
    {met}
), summed AS (
    SELECT customer_id, at, kind, number, gap_days,
        count(*) FILTER (WHERE kind = 'sale') OVER w AS order_count,
        count(*) FILTER (WHERE kind = 'cancellation') OVER w AS cancellation_count,
        sum(cents) OVER w AS revenue_cents,
        sum(cents) FILTER (WHERE kind = 'sale') OVER w AS gross_cents,
        coalesce(-sum(cents) FILTER (WHERE kind = 'cancellation') OVER w, 0) AS returned_cents,
        min(at) FILTER (WHERE kind = 'sale') OVER w AS first_order_at,
        max(at) FILTER (WHERE kind = 'sale') OVER w AS last_order_at,
        avg(gap_days) FILTER (WHERE kind = 'sale') OVER w AS mean_gap_days
    FROM told WINDOW w AS (PARTITION BY customer_id ORDER BY at)
), known AS (
    SELECT DISTINCT ON (customer_id, at) *, max(gap_days) FILTER (
            WHERE kind = 'sale' AND number = order_count)
            OVER (PARTITION BY customer_id, order_count) AS last_gap_days,
        gross_cents / nullif(order_count, 0) AS average_order_cents,
        least(1, greatest(0, coalesce(returned_cents / nullif(gross_cents, 0)::float, 0)))
            AS returned_fraction
    FROM summed ORDER BY customer_id, at
), snapshot AS (
    SELECT p.customer_id, {facts}, p.at AS since,
        coalesce(lead(p.at) OVER (PARTITION BY p.customer_id ORDER BY p.at), 'infinity') AS until,
        coalesce(r.entered_at, %(now)s) AS ends
    FROM known p LEFT JOIN journeys_recorded r ON r.customer_id = p.customer_id
), walk AS (
    SELECT p.customer_id, {facts}, least(p.until, p.ends) AS until, m.at, {rank} AS rank,
        {due} AS due
    FROM snapshot p {customer} CROSS JOIN LATERAL (SELECT p.since AS at) m WHERE p.since < p.ends
    UNION ALL
    SELECT p.customer_id, {facts}, p.until, m.at, {rank}, {due}
    FROM walk p {customer}
    CROSS JOIN LATERAL (SELECT p.due + interval '1 microsecond' AS at) m WHERE m.at < p.until
)
SELECT customer_id, at, rank, order_count, revenue_cents, last_order_at FROM walk
"""
CUSTOMER = "JOIN customers_customer c ON c.id = p.customer_id"
MET = """UNION ALL
    SELECT t.customer_id, t.occurred_at, 'met', 0, NULL, NULL FROM customers_touchpoint t
    WHERE t.shop_id = %(shop)s AND t.customer_id IS NOT NULL AND t.kind = ANY(%(kinds)s)"""
# Moments at which the stage stayed the same are dropped; what is left are moves.
PAST = """
CREATE TEMP TABLE journeys_past ON COMMIT DROP AS
WITH changed AS (
    SELECT *, lag(rank) OVER w AS before FROM journeys_walk
    WINDOW w AS (PARTITION BY customer_id ORDER BY at)
)
SELECT customer_id, rank AS stage_id, at AS entered_at, lead(at) OVER w AS left_at,
    before AS came_from_id, lead(rank) OVER w AS left_to_id, order_count, revenue_cents,
    last_order_at
FROM changed WHERE rank IS DISTINCT FROM before
WINDOW w AS (PARTITION BY customer_id ORDER BY at)
"""
# The last stay of the past goes on as the first recorded one, if that is at the same stage.
JOINED = """
UPDATE journeys_stagevisit v SET
    entered_at = CASE WHEN p.stage_id = v.stage_id THEN p.entered_at ELSE r.entered_at END,
    came_from_id = CASE WHEN p.stage_id = v.stage_id THEN p.came_from_id ELSE p.stage_id END,
    why = v.why || jsonb_build_object('recorded_at', v.entered_at)
FROM journeys_recorded r JOIN journeys_past p ON p.customer_id = r.customer_id
WHERE v.id = r.id AND p.left_at IS NULL AND p.stage_id IS NOT NULL
"""
# Without {left} as the end of a stay that lasts it stays open, with what placing would have noted.
FILL = """
INSERT INTO journeys_stagevisit (shop_id, journey_id, stage_id, customer_id, entered_at, left_at,
    came_from_id, left_to_id, why)
SELECT %(shop)s, %(journey)s, p.stage_id, p.customer_id, p.entered_at,
    coalesce(p.left_at, r.entered_at, {left}), p.came_from_id,
    CASE WHEN p.left_at IS NULL THEN r.stage_id ELSE p.left_to_id END,
    jsonb_build_object('order_count', p.order_count, 'revenue_cents', p.revenue_cents,
        'last_order_at', p.last_order_at)
    || CASE WHEN coalesce(p.left_at, r.entered_at, {left}) IS NULL THEN jsonb_build_object(
            'recorded_at', %(now)s, 'rule', s.rule, 'exit_rule', s.exit_rule)
        ELSE '{{"back_dated": true}}' END
FROM journeys_past p JOIN journeys_stage s ON s.id = p.stage_id
LEFT JOIN journeys_recorded r ON r.customer_id = p.customer_id
WHERE p.left_at IS NOT NULL OR r.stage_id IS DISTINCT FROM p.stage_id
ON CONFLICT DO NOTHING
"""


class NoPast(Exception):
    """The whole history cannot be worked out anew, because of a stage; says which and why."""


def ask(journey: Journey, *, afresh: bool = False) -> None:
    """Leave word that the journey's past is to be filled; the worker does it within seconds."""
    rows = Journey.objects.filter(pk=journey.pk)
    rows.update(fill_asked_at=Now(), fill_afresh=afresh, fill_fault="")


def ask_whole(journey: Journey) -> None:
    """Ask for the whole past anew, or, where a stage has none, for what is before the recorded."""
    ask(journey, afresh=not without_past(journey))


def fill_asked() -> int:
    """Fill the pasts that were asked for; returns how many. A fault is left on the journey."""
    done = 0
    for journey in Journey.objects.exclude(fill_asked_at=None).order_by("fill_asked_at"):
        asked_at = journey.fill_asked_at
        try:
            fill(journey, afresh=journey.fill_afresh)
        except (RuleError, NoPast) as fault:
            Journey.objects.filter(pk=journey.pk).update(fill_fault=str(fault), fill_asked_at=None)
        else:
            # Asked again meanwhile, it is filled again.
            rows = Journey.objects.filter(pk=journey.pk, fill_asked_at=asked_at)
            rows.update(fill_asked_at=None)
            done += 1
    return done


def fill(journey: Journey, *, afresh: bool = False) -> int:
    """Give the journey its past, all or nothing; returns the stays that were added. Repeatable.

    Stages whose rules cannot be asked of the past take nobody there; see `without_past`. Afresh
    that would lose their recorded stays, so it raises NoPast.
    """
    missing = without_past(journey)
    if afresh and missing:
        stage, reasons = missing[0]
        said = _("'%(stage)s' has no past: its rule asks for %(what)s. Fill only what is before.")
        raise NoPast(said % {"stage": stage.name, "what": ", ".join(reasons)})
    # Where nobody stands yet the past brings the stays that last, and placing only what it cannot
    # know: half as long as to place everybody first and to write those stays a second time.
    is_empty = not StageVisit.objects.filter(journey=journey).exists()
    (stages.check if is_empty else stages.place_on)(journey)
    begin = (DROP_RECORDED, LASTING) if afresh else (RECORDED,)
    with transaction.atomic(), connection.cursor() as cursor:
        Journey.objects.select_for_update(of=("self",)).get(pk=journey.pk)
        statement, values = _walk(journey)
        cursor.execute("SET LOCAL work_mem = '256MB'")
        steps = (CLEAR, FORGET, RESTORE, *begin, statement, "ANALYZE journeys_walk", PAST, JOINED)
        for step in steps:
            cursor.execute(step, values)
        cursor.execute(FILL.format(left="NULL" if is_empty else "%(now)s"), values)
        added = int(cursor.rowcount)
        Journey.objects.filter(pk=journey.pk).update(filled_at=Now(), fill_fault="")
    if is_empty:
        stages.place_on(journey)
    counting.count(journey, full=True)
    return added


def without_past(journey: Journey) -> list[tuple[Stage, list[str]]]:
    """The stages that no past can be given, each with what stands in the way."""
    found = [(stage, back_dating.obstacles(stage.whole_rule)) for stage in journey.stages.all()]
    return [(stage, reasons) for stage, reasons in found if reasons]


def _walk(journey: Journey) -> tuple[str, dict[str, Any]]:
    cases, dues, kinds = [], [], set()
    values: dict[str, Any] = {
        "shop": journey.shop_id,
        "journey": journey.pk,
        "currency": journey.shop.currency,
        "now": now(),
    }
    for stage in journey.stages.order_by("priority"):
        if stage.fault or back_dating.obstacles(stage.whole_rule):
            continue
        prefix = f"s{stage.pk}_"
        compiled = rules.compile(stage.whole_rule, shop=journey.shop, prefix=prefix)
        # The virtual clock: what the compiler binds once is asked at each moment instead.
        clock = f"%({prefix}_now)s"
        cases.append(f"WHEN {compiled.sql.replace(clock, 'm.at')} THEN {stage.pk}")
        if compiled.due:
            dues.append(compiled.due.replace(clock, "m.at"))
        kinds |= back_dating.kinds(stage.whole_rule)
        values |= compiled.params
    values["kinds"] = sorted(kinds)
    rank = f"CASE {' '.join(cases or ['WHEN false THEN NULL'])} END::bigint"
    due = f"least({', '.join(dues)})" if dues else "NULL::timestamptz"
    customer = CUSTOMER if "c." in rank + due else ""
    return WALK.format(
        facts=FACTS, rank=rank, due=due, customer=customer, met=MET if kinds else ""
    ), values
