"""What a million customers cost, and what a second and a fourth worker add.

Method: a database of its own is filled with a made-up shop (`_population.py`): N customers, twice
as many orders, four times as many touchpoints, the segments and the journey that a shop begins
with. Timed in full for everybody: profiles, RFM, segments, stages, and a letter to all from its
entry to ledger rows. Then 1, 2 and 4 workers of one process each, started anew, with beat and
listener on the embedded broker, take turns in each of R rounds: E recorded touchpoints that
wait as deliveries until every customer's mark is gone, and M planned messages until none is left
(`smtp-sink`, or our own sink, takes them). What must come out is counted.

`cpu_s` and `cpu_ms` are of processor, of Postgres and Python together, and depend less on what else
the machine does than what is done a second. `cores` is how many of them were busy; `idle_cores`
what the clock alone takes when nothing waits, which is in the others. Workers have twenty seconds
to settle before they are measured. Figures a million are N's, multiplied.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from benchmarks import _letter, _population, _postfix
from benchmarks._cpu import Spent, spent
from campaigns import engine, enrolment
from campaigns.models import Campaign, Message, Template
from config.celery import app
from config.processes import Processes
from customers import profiles
from customers.models import StaleMark
from journeys import lifecycle, stages
from segments import membership, rfm, starter
from shops.announcing import announce
from shops.models import Delivery, Shop

WORKERS, PATIENCE, SETTLE_SECONDS = (1, 2, 4), 900, 20
MILLION = 1_000_000
IDENTITIES = """
INSERT INTO customers_identity (shop_id, customer_id, kind, value, verified, created_at)
SELECT shop_id, id, 'external_id', external_id, true, created_at FROM customers_customer
"""
EVENTS = """
INSERT INTO shops_delivery (shop_id, received_at, message_id, connector, topic, body, status,
    reason)
SELECT %(shop)s, now(), %(name)s || n, 'generic', 'touchpoint.recorded', convert_to(
    jsonb_build_object('type', 'touchpoint.recorded', 'timestamp', now(), 'data',
        jsonb_build_object('id', %(name)s || n, 'kind', 'product.viewed',
            'customer_id', (1 + floor(%(customers)s * random()))::int::text, 'occurred_at', now(),
            'data', jsonb_build_object('product_id', (1 + n %% 2000)::text)))::text, 'UTF8'),
    'accepted', '' FROM generate_series(1, %(events)s) AS n
"""
ENTER = """
INSERT INTO campaigns_enrolment (shop_id, campaign_id, customer_id, entry_key, held_out,
    entered_at, step, due_at, cause, variants, outcome)
SELECT c.shop_id, %s, c.id, 'api', false, now(), '', now(), '{}', '{}', ''
FROM customers_customer c WHERE EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = c.id)
ORDER BY c.id LIMIT %s
"""
SIZES = """
SELECT CASE WHEN relname LIKE 'customers_touchpoint%%' THEN 'touchpoints'
        WHEN relname LIKE 'customers_order%%' THEN 'orders'
        WHEN relname LIKE 'campaigns_%%' THEN 'ledger'
        WHEN relname = 'customers_profile' THEN 'profiles'
        WHEN relname LIKE 'segments_%%' OR relname LIKE 'journeys_%%' THEN 'segments and stages'
        WHEN relname LIKE 'customers_%%' THEN 'customers'
        ELSE 'other' END, sum(pg_total_relation_size(oid))
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1
"""


def options(parser: argparse.ArgumentParser) -> None:
    """What this benchmark can be told beyond the common options."""
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)


def run(data: Path, *, customers: int, events: int, messages: int, rounds: int) -> dict[str, Any]:
    """The figures; the database is dropped afterwards. `data` is not used."""
    with _population.database("scale"), _postfix.sink(_postfix.tools()) as port:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        os.environ["DATABASE_URL"] = f"{server}/scale"
        steps = (*_population.STEPS, IDENTITIES)
        shop = _population.fill(customers, 4 * customers, steps)
        sizes, alone = _everybody(shop, customers)
        found: dict[int, list[dict[str, float]]] = {number: [] for number in WORKERS}
        for turn in range(rounds):
            for number in WORKERS:
                name = f"{number}-{turn}"
                found[number].append(_workers(shop, number, name, customers, events, messages))
    return {
        "customers": customers,
        "cpu_s_a_million": alone,
        "disk_mb_a_million": sizes,
        "workers": {number: _medians(each) for number, each in found.items()},
    }


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}


def _everybody(shop: Shop, customers: int) -> tuple[dict[str, int], dict[str, Any]]:
    """Megabytes and seconds of a million, from one full pass over this shop."""
    starter.create(shop)
    lifecycle.create(shop)
    work: dict[str, Callable[[], Any]] = {
        "profiles": lambda: profiles.refresh(shop),
        "rfm": lambda: rfm.refresh(shop),
        "stages": lambda: stages.place(shop),
        "segments": lambda: membership.refresh(shop),
        "segments again": lambda: membership.refresh(shop),
        "letter to all": lambda: _letter_to_all(shop),
    }
    found = {}
    for name, do in work.items():
        took, _seconds = _timed(do)
        found[name] = {part: round(value * MILLION / customers, 1) for part, value in (
            ("postgres", took.postgres), ("python", took.python))}  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        sizes = {name: round(size / customers * MILLION / 2**20) for name, size in cursor}
        # They are not what the workers are measured by.
        cursor.execute("UPDATE campaigns_message SET status = 'refused'")
        cursor.execute("UPDATE campaigns_campaign SET status = 'finished'")
    return sizes, found


def _letter_to_all(shop: Shop) -> None:
    Template.objects.create(
        shop=shop, name="T", key="t",
        subject=_letter.SUBJECT, html=_letter.HTML, text=_letter.TEXT,
    )  # fmt: skip
    at = now().replace(tzinfo=None, second=0, microsecond=0).isoformat()
    Campaign.objects.create(
        shop=shop, name="All", key="all", status="running", launched_at=now(),
        swept_at=now().replace(hour=0), plan={"entry": {"at": at}, "steps": [{"send": "t"}]},
    )  # fmt: skip
    if not enrolment.enrol_by_clock():
        raise RuntimeError("Nobody entered.")
    while engine.run_due():
        pass


def _workers(
    shop: Shop, number: int, name: str, customers: int, events: int, messages: int
) -> dict[str, float]:
    """What so many workers get done, first with touchpoints, then with messages."""
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        processes = Processes(_commands(number), logs)
        processes.start()
        stack.callback(processes.stop)
        _wait(lambda: len(app.control.ping(timeout=1)) == number)
        time.sleep(SETTLE_SECONDS)
        known = {"shop": shop.pk, "name": f"{name}-", "customers": customers, "events": events}
        with connection.cursor() as cursor:
            took, seconds = _timed(lambda: _events(cursor, known))
        found = _figures("event", events, took, seconds)
        campaign = _plan(shop, f"b{name}", messages)
        messages = Message.objects.filter(campaign=campaign).count()  # no more than have agreed
        took, seconds = _timed(lambda: _send(campaign))
        if Message.objects.filter(campaign=campaign, status="sent").count() != messages:
            raise RuntimeError("Not every message was sent.")
        roots = [psutil.Process(each.pid) for each in processes.running.values()]
        trees = [child for root in roots for child in (root, *root.children(recursive=True))]
        found["worker_mb"] = max(each.memory_full_info().pss for each in trees) / 2**20
        found |= _figures("message", messages, took, seconds)
        took, seconds = _timed(lambda: time.sleep(SETTLE_SECONDS))
        return found | {"idle_cores": took.total / seconds}


def _commands(number: int) -> dict[str, list[str]]:
    celery = ["-m", "celery", "-A"]
    worker = [*celery, "config.worker", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    return {
        **{f"worker{n}": [*worker, "-n", f"w{n}@%h"] for n in range(number)},
        "beat": [*celery, "config.celery", "beat", "--loglevel", "WARNING"],
        "listen": ["manage.py", "listen"],
    }


def _events(cursor: Any, known: dict[str, Any]) -> None:
    cursor.execute(EVENTS, known)
    announce("delivery")
    _wait(lambda: not Delivery.objects.filter(digested_at=None).exists()
          and not StaleMark.objects.exists())  # fmt: skip


def _plan(shop: Shop, key: str, messages: int) -> Campaign:
    """A campaign whose messages are planned and wait for it to go on."""
    with transaction.atomic(), connection.cursor() as cursor:  # no worker sees it running
        campaign = Campaign.objects.create(
            shop=shop, name=key, key=key, status="running",
            plan={"entry": {"api": True}, "steps": [{"send": "t"}]},
        )  # fmt: skip
        cursor.execute(ENTER, [campaign.pk, messages])
        while engine.run_due():
            pass
        Campaign.objects.filter(pk=campaign.pk).update(status="paused")
    return campaign


def _send(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(status="running")
    announce("message")
    waiting = Message.objects.filter(campaign=campaign, status__in=["planned", "sending"])
    _wait(lambda: not waiting.exists())


def _timed(do: Callable[[], Any]) -> tuple[Spent, float]:
    before, began = spent(settings.VAR_DIR), time.perf_counter()
    do()
    return spent(settings.VAR_DIR) - before, time.perf_counter() - began


def _figures(what: str, count: int, took: Spent, seconds: float) -> dict[str, float]:
    return {
        f"{what}s_a_second": count / seconds,
        f"{what}_cpu_ms": took.total / count * 1000,
        f"{what}_postgres_cpu_ms": took.postgres / count * 1000,
        f"{what}_cores": took.total / seconds,
    }


def _wait(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("It took too long.")
        time.sleep(0.1)
