"""A campaign runs over stored history: the engine itself, hour by hour, on a scene of the past.

Entries, steps, goals and the gate are the very functions that run for the living
(`enrolment.enrol_in`, `engine.run_due`, `gate.judge`). Only the clock is turned, and what was
passed by the gate counts as sent.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns import (
    as_text,
    engine,
    enrolment,
    entries,
    gate,
    plan_check,
    replay_figures,
    replay_scene,
)
from campaigns.models import Campaign
from campaigns.replay_scene import Scene
from customers import profiles
from customers.changes import Part
from journeys import stages
from segments import membership, references
from segments.models import Segment
from shops import clock
from shops.models import Shop

TICK = timedelta(hours=1)
DAYS = 30

# Who did something since the last look, or was noted something about.
CHANGED = """
SELECT DISTINCT t.customer_id FROM customers_touchpoint t
JOIN customers_customer c ON c.id = t.customer_id
WHERE t.shop_id = %(shop)s AND t.occurred_at > %(since)s
UNION SELECT customer_id FROM customers_stalemark
"""
SETTLED = "DELETE FROM customers_stalemark WHERE customer_id = ANY(%s)"
DUE = """
SELECT m.id FROM campaigns_message m JOIN campaigns_campaign g ON g.id = m.campaign_id
WHERE m.status = 'planned' AND m.due_at <= now() AND g.status = 'running'
ORDER BY m.due_at LIMIT 5000
"""
SENT = """
UPDATE campaigns_message SET status = 'sent', handed_over_at = now(), sent_at = now()
WHERE status = 'sending'
"""

Progress = Callable[[float], None]


def run(
    campaign: Campaign,
    *,
    until: datetime,
    days: int = DAYS,
    progress: Progress = lambda done: None,
) -> dict[str, Any]:
    """What would have happened had the campaign been launched so many days before `until`.

    Leaves no trace: see `replay_scene`. Raises PlanError for a plan that cannot run. `progress` is
    told how far it is, and may raise to end it.
    """
    plan_check.check(campaign.plan, campaign.shop)
    start = until - timedelta(days=days)
    with replay_scene.set_up(campaign.shop, start, lambda: campaign) as scene:
        _Player(scene).play(until, progress)
        return replay_figures.of(scene, until)


def run_text(
    text: dict[str, Any],
    shop: Shop,
    *,
    until: datetime,
    days: int = DAYS,
    progress: Progress = lambda done: None,
) -> dict[str, Any]:
    """As `run`, for a draft that is only a text yet: it and its templates are gone afterwards.

    Raises TextFault for one that cannot become a campaign.
    """

    def written() -> Campaign:
        return as_text.put(deepcopy(text), Campaign(shop=shop, key=text["key"]))

    with replay_scene.set_up(shop, until - timedelta(days=days), written) as scene:
        _Player(scene).play(until, progress)
        return replay_figures.of(scene, until)


class _Player:
    """Goes through the days; asks only for what the plans that are played speak of."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.shop = scene, scene.shop
        played = Campaign.objects.filter(pk__in=scene.played)
        plans = [campaign.plan for campaign in played]
        self.segments = self._segments(plans)
        said = json.dumps([plans, [segment.rule for segment in self.segments]])
        self.has_stages = '"stage"' in said or '"journey.stage"' in said or '"stage.' in said
        self.played = played
        self.by_clock = [c.pk for c in played if entries.is_by_clock(c.plan["entry"])]

    def _segments(self, plans: list[dict[str, Any]]) -> list[Segment]:
        """The rule segments that the plans ask for, by whatever way, in the order of filling."""
        held = {segment.key: segment for segment in Segment.objects.filter(shop=self.shop)}
        wanted, waiting = set[str](), [json.dumps(plans)]
        while waiting:
            said = waiting.pop()
            for key in held.keys() - wanted:
                if json.dumps(key) in said:
                    wanted.add(key)
                    waiting.append(json.dumps(held[key].rule))
        return references.in_order(held[key] for key in sorted(wanted) if held[key].kind == "rule")

    def play(self, until: datetime, progress: Progress) -> None:
        Segment.objects.exclude(pk__in=[s.pk for s in self.segments]).filter(kind="rule").update(
            kind="unused"
        )
        profiles.refresh(self.shop)
        at, before, ticks = self.scene.start, self.scene.start, 0
        while at <= until:
            with clock.standing_at(at):
                self.scene.turn(at)
                self._tick(before, at, is_new_day=ticks % 24 == 0)
            before, at, ticks = at, at + TICK, ticks + 1
            progress(min(1.0, (at - self.scene.start) / (until - self.scene.start)))

    def _tick(self, before: datetime, at: datetime, *, is_new_day: bool) -> None:
        changed = self._changed(before, at)
        self.scene.tell_written(before, at)
        if changed:
            profiles.refresh(self.shop, changed)
            self._place(changed)
            engine.wake(self.shop, changed)
        if is_new_day:  # what the clock alone moves
            self._place(None)
            enrolment.enrol_in(self.played, None)
        else:
            if changed:
                enrolment.enrol_in(self.played, changed)
            if self.by_clock:
                enrolment.enrol_in(self.played.filter(pk__in=self.by_clock), None)
        while engine.run_due():
            pass
        while self._judge():
            pass

    def _changed(self, before: datetime, at: datetime) -> list[int]:
        new = self.scene.arrive(before, at)
        with connection.cursor() as cursor:
            cursor.execute(CHANGED, {"shop": self.shop.pk, "since": before})
            changed = sorted({*new, *(pk for (pk,) in cursor.fetchall())})
            cursor.execute(SETTLED, [changed])
        return changed

    def _place(self, customers: list[int] | None) -> None:
        if self.segments:
            membership.refresh(self.shop, customers)
        if self.has_stages and stages.place(self.shop, customers) and self.segments:
            membership.refresh(self.shop, customers, Part.STAGE)

    def _judge(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(DUE)
            due = [pk for (pk,) in cursor.fetchall()]
            if due:
                gate.judge(due)
                cursor.execute(SENT)
        return len(due)
