"""Replays are asked for, taken by a worker, watched, called off; each is a row."""

from datetime import timedelta
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from campaigns import plan_check, replay
from campaigns.as_text import TextFault
from campaigns.models import Campaign, Replay
from campaigns.plan_schema import PlanError
from shops.announcing import announce, connection_parameters
from shops.models import Shop

DEAD_AFTER = timedelta(minutes=2)  # without a sign of life
ATTEMPTS = 2
KEPT = 10  # per campaign

STEP = """
UPDATE campaigns_replay SET progress = %s, seen_at = now() WHERE id = %s RETURNING status
"""


class CalledOff(Exception):
    """Somebody cancelled the replay while it ran."""


def ask(campaign: Campaign, *, days: int = replay.DAYS) -> Replay:
    """Ask for a replay; one that waits or runs is returned instead. Raises PlanError."""
    plan_check.check(campaign.plan, campaign.shop)
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        held = campaign.replays.filter(status__in=["waiting", "running"]).first()
        if held:
            return held
        old = campaign.replays.order_by("-id").values_list("pk", flat=True)[KEPT - 1 :]
        Replay.objects.filter(pk__in=list(old)).delete()
        made = Replay.objects.create(shop=campaign.shop, campaign=campaign, days=days)
        announce("replay")
    return made


def ask_text(text: dict[str, Any], shop: Shop, *, days: int = replay.DAYS) -> Replay:
    """Ask for a replay of a draft that is only a text yet."""
    with transaction.atomic():
        made = Replay.objects.create(shop=shop, text=text, plan=text["plan"], days=days)
        announce("replay")
    return made


def cancel(asked: Replay) -> bool:
    """Call a replay off; False when it was over already."""
    is_open = Replay.objects.filter(pk=asked.pk, status__in=["waiting", "running"])
    done = is_open.update(status="cancelled", finished_at=now()) == 1
    asked.refresh_from_db()
    return done


def run_waiting() -> int:
    """Run the replay that has waited longest, if any; returns how many were run.

    One whose worker died is run again, and given up after that.
    """
    taken = _take()
    if taken is None:
        return 0
    try:
        with psycopg.connect(**connection_parameters(), autocommit=True) as beside:
            result = _run(taken, lambda done: _step(beside, taken, done))
    except CalledOff:
        return 1
    except (PlanError, TextFault, DatabaseError) as fault:
        _end(taken, "failed", fault=str(fault)[:1000])
    else:
        _end(taken, "done", result=result, progress=1)
    return 1


def _run(taken: Replay, progress: replay.Progress) -> dict[str, Any]:
    asked: Any = {"until": now(), "days": taken.days, "progress": progress}
    if taken.campaign:
        return replay.run(taken.campaign, **asked)
    return replay.run_text(taken.text or {}, taken.shop, **asked)


def _take() -> Replay | None:
    silent = Q(status="running", seen_at__lt=now() - DEAD_AFTER)
    with transaction.atomic():
        waiting = Replay.objects.filter(Q(status="waiting") | silent).order_by("asked_at")
        taken = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if taken is None:
            return None
        if taken.attempts >= ATTEMPTS:
            _end(taken, "failed", fault=_("Its worker stopped twice. Try fewer days."))
            return None
        plan = taken.campaign.plan if taken.campaign else taken.plan
        Replay.objects.filter(pk=taken.pk).update(
            status="running", seen_at=now(), attempts=F("attempts") + 1, plan=plan
        )
    return Replay.objects.select_related("campaign__shop", "shop").get(pk=taken.pk)


def _step(beside: psycopg.Connection, taken: Replay, done: float) -> None:
    """Say how far it is, on a line of its own: the replay's is inside a transaction."""
    row = beside.execute(STEP, [done, taken.pk]).fetchone()
    if row and row[0] == "cancelled":
        raise CalledOff


def _end(taken: Replay, status: str, **fields: object) -> None:
    is_open = Replay.objects.filter(pk=taken.pk, status__in=["waiting", "running"])
    is_open.update(status=status, finished_at=now(), **fields)
