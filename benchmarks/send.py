"""Sending a campaign, beside postfix's smtp-source and django-post-office, in the same run.

Method: customers who agreed are in a running campaign whose step is a mail of 15 kB HTML with 10
variables. In each of three rounds the engine plans `--messages` ledger rows; then two worker
processes take them through `sending.send_due`: claimed and judged by the gate, personalised, handed
over to `smtp-sink`, outcomes and touchpoints committed. Interleaved, into the same sink:
`smtp-source` with 8 sessions and 10 kB (the limit), and post-office's `send_queued` with the same
mail at 1, 2 and 4 processes of 5 threads, of which the best counts. `rate` is from the
first claim to the last commit, `plan_rate` ledger rows planned a second, `rss_mb` the worker that
took most; medians of the rounds. Postfix is unpacked from Debian's package, not installed; where it
is not to be had our own sink stands in and there is no limit: `sink` says which it was.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from benchmarks import _letter, _postfix
from campaigns import engine
from campaigns.models import Campaign, Message, Template
from config.local import ROOT
from customers import profiles
from shops import partitions
from shops.models import Shop

ROUNDS, SENDERS = 3, 2
PEER_MAILS, PEER_PROCESSES = 600, (1, 2, 4)
CUSTOMERS = """
WITH made AS (
    INSERT INTO customers_customer (shop_id, external_id, email, phone, first_name, last_name,
        country, language, attributes, versions, created_at, updated_at)
    SELECT %s, n::text, 'c' || n || '@example.com', '', 'Ann', 'Lee ' || n, 'France', 'en', '{}',
        '{}', now(), now() FROM generate_series(1, %s) AS n RETURNING id, shop_id
)
INSERT INTO customers_consent
    (shop_id, customer_id, channel, purpose, given_at, given_how, ended_how)
SELECT shop_id, id, 'email', 'marketing', now(), '', '' FROM made
"""
ENTER = """
INSERT INTO campaigns_enrolment (shop_id, campaign_id, customer_id, entry_key, held_out,
    entered_at, step, due_at, cause, variants, outcome)
SELECT shop_id, %s, id, 'api', false, now(), '', now(), '{}', '{}', ''
FROM customers_customer WHERE shop_id = %s
"""
TABLES = (
    "campaigns_message", "campaigns_enrolment", "campaigns_campaignversion",
    "customers_touchpoint", "shops_outgoingevent", "customers_profile", "customers_consent",
    "customers_customer",
)  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """What this benchmark can be told beyond the common options."""
    parser.add_argument("--messages", type=int, default=20_000)


def run(data: Path, *, messages: int) -> dict[str, Any]:
    """The figures; the shop is removed again. `data` is not used."""
    call_command("migrate", verbosity=0)
    partitions.ensure_ahead(now())
    shop = Shop.objects.create(name="Tea & Co", key=f"benchmark-{time.time_ns()}")
    try:
        with connection.cursor() as cursor:
            cursor.execute(CUSTOMERS, [shop.pk, messages])
            profiles.refresh(shop)
            cursor.execute("ANALYZE customers_customer, customers_consent, customers_profile")
        Template.objects.create(
            shop=shop, name="T", key="t",
            subject=_letter.SUBJECT, html=_letter.HTML, text=_letter.TEXT,
        )  # fmt: skip
        where = _postfix.tools()
        with _postfix.sink(where) as port:
            rounds = [_round(shop, where, port, number) for number in range(ROUNDS)]
        return _summary(rounds, "smtp-sink" if where else "our own")
    finally:
        _remove(shop)


def _round(shop: Shop, where: Path | None, port: int, number: int) -> dict[str, float]:
    campaign = Campaign.objects.create(
        shop=shop, name=f"B{number}", key=f"b{number}", status="running",
        plan={"entry": {"api": True}, "steps": [{"send": "t"}]},
    )  # fmt: skip
    planned, plan_seconds = _plan(shop, campaign)
    before = _postfix.source(where, port, planned) if where else None
    seconds, rss = _send(port)
    after = _postfix.source(where, port, planned) if where else None
    sent = Message.objects.filter(campaign=campaign, status="sent").count()
    if sent != planned:
        raise RuntimeError(f"{planned} messages were planned and {sent} sent.")
    return {
        "sent": sent,
        "rate": sent / seconds,
        "limit": (before + after) / 2 if before and after else 0.0,
        "peer": _peer(port),
        "plan_rate": planned / plan_seconds,
        "rss": rss,
    }


def _plan(shop: Shop, campaign: Campaign) -> tuple[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [campaign.pk, shop.pk])
    began = time.perf_counter()
    while engine.run_due():
        pass
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE campaigns_message")
    return Message.objects.filter(campaign=campaign).count(), seconds


def _send(port: int) -> tuple[float, float]:
    """Seconds until everything is sent and recorded, and the memory of the biggest worker."""
    env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    senders = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks._sender"],
            cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(SENDERS)
    ]  # fmt: skip
    pipes = [(each.stdin, each.stdout) for each in senders if each.stdin and each.stdout]
    for _, said in pipes:
        said.readline()
    began = time.perf_counter()
    for ask, _ in pipes:
        ask.write("go\n")
        ask.flush()
    told = [json.loads(said.readline()) for _, said in pipes]
    seconds = time.perf_counter() - began
    for sender in senders:
        sender.communicate()
    return seconds, max(each["rss_mb"] for each in told)


def _peer(port: int) -> float:
    env = {
        **os.environ,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "benchmarks.peers.post_office_settings",
    }
    output = subprocess.check_output(
        [sys.executable, "-m", "benchmarks.peers.post_office", str(PEER_MAILS),
         *map(str, PEER_PROCESSES)],
        cwd=ROOT, env=env,
    )  # fmt: skip
    return float(max(json.loads(output.splitlines()[-1]).values()))


def _summary(rounds: list[dict[str, float]], sink: str) -> dict[str, Any]:
    limited = [each["rate"] / each["limit"] for each in rounds if each["limit"]]
    return {
        "messages": sum(each["sent"] for each in rounds),
        "rate": round(median(each["rate"] for each in rounds)),
        "ratio_to_limit": round(median(limited), 2) if limited else None,
        "ratio_to_post_office": round(median(each["rate"] / each["peer"] for each in rounds), 1),
        "plan_rate": round(median(each["plan_rate"] for each in rounds)),
        "rss_mb": max(each["rss"] for each in rounds),
        "limit_rate": round(median(each["limit"] for each in rounds)),
        "post_office_rate": round(median(each["peer"] for each in rounds)),
        "sink": sink,
    }


def _remove(shop: Shop) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE shop_id = %s", [shop.pk])
    shop.delete()
