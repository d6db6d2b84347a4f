"""A journey gets the past it would have had: its rules asked at every moment that mattered.

A virtual clock goes through the moments at which an answer may change: an order, a touchpoint that
a rule asks for, the moment at which the clock alone flips a rule. At each the facts are those of
then. A large shop's customers are filled in parts, each in a handful of statements and a
transaction of its own (`journeys/backfill_sql.py`): the parts are rows, so all workers take them
and a crash loses one. What was recorded live is only preceded: who is at the right stage already
has been there since the past says so. Afresh (after rules were edited, or a history was imported)
what was recorded is worked out anew as well.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext as _

from journeys import back_dating, counting, stages
from journeys import backfill_sql as sql
from journeys.models import FillPart, Journey, Stage, StageVisit
from segments import rules
from segments.rules import RuleError

AT_ONCE = 250_000  # customers whose past one transaction fills
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
    """Fill the pasts that were asked for, beside other workers; returns how many were ended here.

    A fault is left on the journey.
    """
    done = 0
    for journey in Journey.objects.exclude(fill_asked_at=None).order_by("fill_asked_at"):
        try:
            fill_parts(journey)
            done += end(journey)
        except (RuleError, NoPast) as fault:
            Journey.objects.filter(pk=journey.pk).update(fill_fault=str(fault), fill_asked_at=None)
    return done


def fill(journey: Journey, *, afresh: bool = False) -> int:
    """Give the journey its past now; returns the stays that were added. Repeatable.

    Stages whose rules cannot be asked of the past take nobody there; see `without_past`. Afresh
    that would lose their recorded stays, so it raises NoPast.
    """
    ask(journey, afresh=afresh)
    journey.refresh_from_db()
    try:
        added = fill_parts(journey)
    except (RuleError, NoPast):
        Journey.objects.filter(pk=journey.pk).update(fill_asked_at=None)
        raise
    end(journey)
    return added


def fill_parts(journey: Journey) -> int:
    """Fill what no other worker is at, until nothing is left; returns the stays that were added."""
    begin(journey)
    added = 0
    while (more := _fill_part(journey)) is not None:
        added += more
    return added


def begin(journey: Journey) -> None:
    """Divide the customers into parts, once for each time that the past is asked for."""
    rows = Journey.objects.filter(pk=journey.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        # Another worker that holds it is dividing it, or at its end.
        held = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
        if held is None or _parts(journey).exists():
            return
        _refuse_to_lose(held)
        # Where nobody stands yet the past brings the stays that last, and placing only what it
        # cannot know: half as long as to place everybody first and to write those stays twice.
        is_empty = not StageVisit.objects.filter(journey=journey).exists()
        (stages.check if is_empty else stages.place_on)(held)
        FillPart.objects.filter(journey=journey).delete()
        values = {"journey": journey.pk, "customers": AT_ONCE, "is_empty": is_empty}
        cursor.execute(sql.PARTS, values)


def _refuse_to_lose(journey: Journey) -> None:
    """Raises NoPast where recorded stays would go and nothing would come in their place."""
    if journey.fill_afresh and (missing := without_past(journey)):
        stage, reasons = missing[0]
        said = _("'%(stage)s' has no past: its rule asks for %(what)s. Fill only what is before.")
        raise NoPast(said % {"stage": stage.name, "what": ", ".join(reasons)})


def _fill_part(journey: Journey) -> int | None:
    """Fill one part, all or nothing; returns the stays that were added, None where none is left."""
    left = _parts(journey).filter(done_at=None)
    with transaction.atomic(), connection.cursor() as cursor:
        part = left.select_for_update(skip_locked=True, of=("self",)).order_by("first_id").first()
        if part is None:
            return None
        past, values = _past(journey, part)
        before = (
            (sql.DROP_RECORDED, sql.LASTING) if journey.fill_afresh else (sql.FORGET, sql.RECORDED)
        )
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for step in (sql.CLEAR, *before, past, "ANALYZE journeys_past", sql.JOINED):
            cursor.execute(step, values)
        cursor.execute(sql.ENDED.format(left="NULL" if part.is_empty else "%(now)s"), values)
        added = int(cursor.rowcount)
        if part.is_empty:
            cursor.execute(sql.LASTS, values)
            added += int(cursor.rowcount)
        FillPart.objects.filter(pk=part.pk).update(done_at=Now())
    return added


def end(journey: Journey) -> bool:
    """Count what was filled, when all of it is; returns whether it was done here."""
    asked = Journey.objects.filter(pk=journey.pk, fill_asked_at=journey.fill_asked_at)
    with transaction.atomic(), connection.cursor() as cursor:
        # Who finds it held, or asked for once more, leaves it to others.
        held = asked.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
        parts = FillPart.objects.filter(journey=journey)
        if held is None or parts.filter(done_at=None).exists():
            return False
        cursor.execute("ANALYZE journeys_stagevisit")
        if parts.filter(is_empty=True).exists():
            stages.place_on(held)
        counting.count(held, full=True)
        parts.delete()
        asked.update(fill_asked_at=None, filled_at=Now(), fill_fault="")
    return True


def _parts(journey: Journey) -> QuerySet[FillPart]:
    """The parts of the past, as it was last asked for."""
    return FillPart.objects.filter(journey=journey, asked_at=F("journey__fill_asked_at"))


def percent_filled(journey: Journey) -> int:
    """How far the past that was asked for is."""
    told = _parts(journey).aggregate(all=Count("pk"), done=Count("done_at"))
    return 100 * told["done"] // max(told["all"], 1)


def without_past(journey: Journey) -> list[tuple[Stage, list[str]]]:
    """The stages that no past can be given, each with what stands in the way."""
    found = [(stage, back_dating.obstacles(stage.whole_rule)) for stage in journey.stages.all()]
    return [(stage, reasons) for stage, reasons in found if reasons]


def _past(journey: Journey, part: FillPart) -> tuple[str, dict[str, Any]]:
    cases, moments, met = [], {"": "(p.since)"}, set()
    values: dict[str, Any] = {
        "shop": journey.shop_id,
        "journey": journey.pk,
        "first": part.first_id,
        "last": part.last_id,
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
