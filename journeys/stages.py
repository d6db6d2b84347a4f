"""Customers are placed on the map: the first stage whose rule matches, by priority."""

from typing import Any

from django.db import connection, transaction

from journeys.models import Journey, Stage
from segments import rules
from segments.rules import RuleError
from shops import outbox
from shops.models import Shop

FITTING = """
WITH fitting AS (
    SELECT c.id AS customer_id, CASE {cases} END AS stage_id, jsonb_build_object(
        'order_count', coalesce(p.order_count, 0),
        'revenue_cents', coalesce(p.revenue_cents, 0),
        'last_order_at', p.last_order_at,
        'last_gap_days', round(p.last_gap_days::numeric, 1)) AS facts
    FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id {joins}
    WHERE c.shop_id = %(shop)s AND c.merged_into_id IS NULL {only}
)
"""
# Two statements, because the index on open visits must see the old one closed before the new one
# is opened. That index is also what stops two workers from opening a visit each.
CLOSE = """
UPDATE journeys_stagevisit v SET left_at = now(), left_to_id = f.stage_id FROM fitting f
WHERE v.customer_id = f.customer_id AND v.journey_id = %(journey)s AND v.left_at IS NULL
AND v.stage_id IS DISTINCT FROM f.stage_id
"""
OPEN = """
INSERT INTO journeys_stagevisit (shop_id, journey_id, stage_id, customer_id, entered_at, why,
    came_from_id)
SELECT %(shop)s, %(journey)s, f.stage_id, f.customer_id, now(),
    f.facts || jsonb_build_object('rule', s.rule, 'exit_rule', s.exit_rule), b.stage_id
FROM fitting f JOIN journeys_stage s ON s.id = f.stage_id
LEFT JOIN journeys_stagevisit b ON b.customer_id = f.customer_id
    AND b.journey_id = %(journey)s AND b.left_at = now()
WHERE NOT EXISTS (SELECT FROM journeys_stagevisit v WHERE v.customer_id = f.customer_id
    AND v.journey_id = %(journey)s AND v.left_at IS NULL)
ORDER BY f.customer_id
ON CONFLICT DO NOTHING
"""


# now() is the transaction's: these are the visits that it opened.
CHANGED = """
SELECT v.shop_id, 'customer.stage_changed' AS type, 'stage_changed:' || v.id AS cause,
    now() AS occurred_at, jsonb_build_object('customer', c.external_id, 'journey', j.key,
        'stage', s.key, 'name', s.name) AS data
FROM journeys_stagevisit v JOIN journeys_stage s ON s.id = v.stage_id
JOIN journeys_journey j ON j.id = v.journey_id JOIN customers_customer c ON c.id = v.customer_id
WHERE v.journey_id = %(journey)s AND v.entered_at = now() {only}
"""


def place(shop: Shop, customers: list[int] | None = None) -> int:
    """Move these customers (None: all) to the stage they now belong to, on every active journey.

    Returns how many moved. A stage whose rule does not compile says so in its fault and takes
    nobody; its customers go to the next stage that matches.
    """
    journeys = Journey.objects.filter(shop=shop, active=True).order_by("pk")
    return sum(_place(journey, customers) for journey in journeys)


def place_all() -> None:
    """Every shop's customers: what the clock alone has changed."""
    for shop in Shop.objects.order_by("pk"):
        place(shop)


def place_on(journey: Journey) -> int:
    """Move everybody to the stage of this journey that they now belong to."""
    return _place(journey, None) if journey.active else 0


def check(journey: Journey) -> None:
    """Mark the stages whose rules do not compile, and place nobody."""
    _cases(journey, wide=True)


def _place(journey: Journey, customers: list[int] | None) -> int:
    cases, joins, params = _cases(journey, wide=customers is None)
    only = "" if customers is None else "AND c.id = ANY(%(customers)s)"
    fitting = FITTING.format(cases=cases, joins=joins, only=only)
    params |= {"shop": journey.shop_id, "journey": journey.pk, "customers": customers}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(fitting + CLOSE, params)
        cursor.execute(fitting + OPEN, params)
        moved = int(cursor.rowcount)
        if moved and outbox.is_wanted(journey.shop, "customer.stage_changed"):
            outbox.publish(CHANGED.format(only=only), {**params})
        return moved


def _cases(journey: Journey, *, wide: bool) -> tuple[str, str, dict[str, Any]]:
    """WHEN clauses in the order of priority and their joins; a stage at fault is marked and left
    out."""
    cases, joins, params = ["WHEN false THEN NULL::bigint"], [], {}
    for stage in journey.stages.order_by("priority"):
        try:
            compiled = rules.compile(
                stage.whole_rule, shop=journey.shop, prefix=f"s{stage.pk}_", wide=wide
            )
        except RuleError as fault:
            _mark(stage, str(fault))
        else:
            _mark(stage, "")
            cases.append(f"WHEN {compiled.sql} THEN {stage.pk}")
            joins.append(compiled.joins)
            params.update(compiled.params)
    return " ".join(cases), " ".join(joins), params


def _mark(stage: Stage, fault: str) -> None:
    if stage.fault != fault:
        Stage.objects.filter(pk=stage.pk).update(fault=fault)
