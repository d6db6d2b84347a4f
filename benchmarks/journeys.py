"""How long a large shop's journey takes to get its past, and its map to be drawn.

Method: a database of its own is filled by hashing row numbers (`_population.py`): two orders a
customer, skewed, over 540 days, and touchpoints. Profiles are worked out before the clock starts.

* `backfill_s`: the lifecycle's whole past, from no stay to all, with the daily sums that the map is
  drawn from. `backfill_deeds_s`: the same of the win-back journey, whose stages ask for messages
  sent and opened. `backfill_again_s`: the lifecycle's once more, as after an edit of its rules. One
  worker a core takes the parts, each with a connection; it looks again after a second, where the
  clock's are ten.
* `place_s`: everybody placed on one journey again when nothing changed.
* `map_ms`: the page of the map until the whole of it is there, through Django's test client with a
  signed-in user, median of five after one that is not counted; `map_segment_ms` for the tenth of
  the customers in a segment, `map_beside_ms` for that segment beside another. These were asked
  before, so a large shop has them at hand; when nothing is kept of that segment `map_at_once_ms`
  is the page as it appears and `map_first_ms` until the whole of it is there, medians of five.
"""

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks import _population
from customers import profiles
from journeys import backfill, library, lifecycle, ready_made, stages
from journeys.models import Journey, KeptAnswer, StageVisit
from segments.models import Segment
from shops.models import Shop, User

ROUNDS = 5
MEMBERS = """
INSERT INTO segments_membership (shop_id, segment_id, customer_id, entered_at, why, left_why)
SELECT %(shop)s, %(segment)s, n, now(), '{}', '{}'
FROM generate_series(%(first)s, %(customers)s, 10) AS n
"""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--touchpoints", type=int, help="five a customer unless told")


def run(data: Path, customers: int, touchpoints: int | None) -> dict[str, Any]:
    """The figures; the database is dropped again. `data` is not used."""
    with _population.database("waymark_journeys"):
        told = {"customers": customers, "touchpoints": touchpoints or 5 * customers}
        shop = _population.fill(told["customers"], told["touchpoints"])
        profiles.refresh(shop)
        journey = lifecycle.create(shop)
        found: dict[str, Any] = {**told, **_pasts(shop, journey), **_maps(shop, journey, customers)}
    return found


def _pasts(shop: Shop, journey: Journey) -> dict[str, Any]:
    deeds = ready_made.create(shop, library.WIN_BACK)
    found: dict[str, Any] = {
        "backfill_s": _seconds(lambda: _fill(journey)),
        "visits": StageVisit.objects.filter(journey=journey).count(),
        "backfill_deeds_s": _seconds(lambda: _fill(deeds)),
        "visits_deeds": StageVisit.objects.filter(journey=deeds).count(),
        "backfill_again_s": _seconds(lambda: _fill(journey)),
    }
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE journeys_stagevisit")
    found["place_s"] = _seconds(lambda: stages.place_on(journey))
    return found


def _fill(journey: Journey) -> None:
    """Ask for the whole past, and work until it is there."""

    asked = Journey.objects.filter(pk=journey.pk).exclude(fill_asked_at=None)

    def work(_number: int) -> None:
        try:
            while asked.exists():
                backfill.fill_asked()
                time.sleep(1)
        finally:
            connection.close()

    backfill.ask(journey, afresh=True)
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))


def _maps(shop: Shop, journey: Journey, customers: int) -> dict[str, float]:
    for number, name in enumerate(("one", "other"), 1):
        segment = Segment.objects.create(shop=shop, name=name, key=name, rule={"all": []})
        told = {"shop": shop.pk, "segment": segment.pk, "first": number, "customers": customers}
        with connection.cursor() as cursor:
            cursor.execute(MEMBERS, told)
    settings.ALLOWED_HOSTS = ["testserver"]
    client, page = _signed_in(shop), reverse("admin:journeys_journey_map", args=[journey.pk])

    def shown(**asked: str) -> Callable[[], None]:
        def show() -> None:
            if client.get(page, {"days": "180", **asked}).status_code != 200:
                raise RuntimeError(f"The map was not shown for {asked}.")

        return show

    def first() -> tuple[float, float]:
        KeptAnswer.objects.all().delete()
        asked = {"days": "180", "segment": "one"}
        at_once = _seconds(lambda: client.get(page, asked))
        rest = _seconds(lambda: client.get(page, {**asked, "whole": "1"}, headers={"X-Part": "1"}))
        return at_once, at_once + rest

    firsts = [first() for _round in range(ROUNDS)]
    return {
        "map_at_once_ms": round(1000 * median(one for one, _whole in firsts), 1),
        "map_first_ms": round(1000 * median(whole for _one, whole in firsts), 1),
        "map_ms": _milliseconds(shown()),
        "map_segment_ms": _milliseconds(shown(segment="one")),
        "map_beside_ms": _milliseconds(shown(segment="one", beside="segment:other")),
    }


def _signed_in(shop: Shop) -> Client:
    user = User.objects.create(username="benchmark", is_staff=True)
    names = ("view_journey", "view_stagevisit")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    shop.staff.add(user)
    client = Client()
    client.force_login(user)
    return client


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 4)


def _milliseconds(work: Callable[[], Any]) -> float:
    work()
    return round(1000 * median(_seconds(work) for _round in range(ROUNDS)), 1)
