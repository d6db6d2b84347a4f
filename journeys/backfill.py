"""A journey gets the past it would have had: its rules asked at every moment that mattered.

A virtual clock goes through the moments at which an answer may change: an order, a touchpoint that
a rule asks for, the moment at which the clock alone flips a rule. At each the facts are those of
then. All customers at once, in a handful of statements (`journeys/backfill_sql.py`). What was
recorded live is only preceded: who is at the right stage already has been there since the past says
so. Afresh (after rules were edited, or a history was imported) what was recorded is worked out anew
as well.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext as _

from journeys import back_dating, counting, stages
from journeys import backfill_sql as sql
from journeys.models import Journey, Stage, StageVisit
from segments import rules
from segments.rules import RuleError

KEPT = ("order_count", "revenue_cents", "last_order_at")  # of the facts, on each stay


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
    before = (sql.DROP_RECORDED, sql.LASTING) if afresh else (sql.FORGET, sql.RECORDED)
    with transaction.atomic(), connection.cursor() as cursor:
        Journey.objects.select_for_update(of=("self",)).get(pk=journey.pk)
        past, values = _past(journey)
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for step in (sql.CLEAR, *before, past, "ANALYZE journeys_past", sql.JOINED):
            cursor.execute(step, values)
        cursor.execute(sql.ENDED.format(left="NULL" if is_empty else "%(now)s"), values)
        added = int(cursor.rowcount)
        if is_empty:
            cursor.execute(sql.LASTS, values)
            added += int(cursor.rowcount)
        cursor.execute("ANALYZE journeys_stagevisit")
        Journey.objects.filter(pk=journey.pk).update(filled_at=Now(), fill_fault="")
    if is_empty:
        stages.place_on(journey)
    counting.count(journey, full=True)
    return added


def without_past(journey: Journey) -> list[tuple[Stage, list[str]]]:
    """The stages that no past can be given, each with what stands in the way."""
    found = [(stage, back_dating.obstacles(stage.whole_rule)) for stage in journey.stages.all()]
    return [(stage, reasons) for stage, reasons in found if reasons]


def _past(journey: Journey) -> tuple[str, dict[str, Any]]:
    cases, moments, met = [], {"": "(p.since)"}, set()
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
        condition = compiled.sql.replace(clock, "m.at").replace(*sql.HOURS)
        cases.append(f"WHEN {condition} THEN {stage.pk}")
        # Those of a deed, which look at the clock, are told by its touchpoints.
        for due in compiled.moments:
            if clock not in due:
                moments.setdefault(
                    due % compiled.params, sql.MOMENT.format(due.replace(*sql.HOURS))
                )
        met |= back_dating.moments(stage.whole_rule)
        values |= compiled.params
    values["kinds"], values["days"] = ([each[part] for each in sorted(met)] for part in (0, 1))
    rank = f"CASE {' '.join(cases or ['WHEN false THEN NULL'])} END::bigint"
    asked = rank + "".join(moments.values())
    facts = [name for name in back_dating.FACTS if f"p.{name}" in asked or name in KEPT]
    return sql.PAST.format(
        facts=", ".join(facts),
        rank=rank,
        moments=", ".join(moments.values()),
        customer=sql.CUSTOMER if "c." in asked else "",
        met=sql.MET if met else "",
    ), values
