"""From a whole audience to ledger rows: how many customers a second are considered.

Method: a fresh shop with N customers (`--customers`, default 100,000), nine in ten with an open
consent; a campaign of 5 % holdout for those whose language is English (six in seven), whose only
step is a mail. Timed: the entry of everybody at the campaign's time, the step, and the ledger rows,
committed. `rate` is N a second. Consent and caps are asked by the gate, when a message leaves.
Just before and just after, N rows of two numbers go into an empty table with nothing but its key:
`limit_rate` is the faster of the two, a second; `ratio_to_limit` carries over to other machines.
"""

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from campaigns import engine, enrolment
from campaigns.models import Campaign, Enrolment, FrequencyCap, Message, Template
from shops.models import Shop

FILL = """
WITH made AS (
    INSERT INTO customers_customer (shop_id, external_id, email, phone, first_name, last_name,
        country, language, attributes, versions, created_at, updated_at)
    SELECT %s, n::text, n || '@example.com', '', '', '', '',
        CASE n %% 7 WHEN 0 THEN 'zh' ELSE 'en' END, '{}', '{}', now(), now()
    FROM generate_series(1, %s) AS n RETURNING id, shop_id
)
INSERT INTO customers_consent
    (shop_id, customer_id, channel, purpose, given_at, given_how, ended_how)
SELECT shop_id, id, 'email', 'marketing', now(), '', '' FROM made WHERE id %% 10 > 0
"""
# A temporary table writes no log; this one does, like ours.
LIMIT = """
CREATE TABLE benchmark_limit (campaign int, customer bigint, PRIMARY KEY (campaign, customer));
INSERT INTO benchmark_limit SELECT 1, n FROM generate_series(1, %s) AS n ON CONFLICT DO NOTHING;
DROP TABLE benchmark_limit
"""
NAME = "Enrolment benchmark"
RULE = {"field": "customer.language", "op": "is", "value": "en"}


def options(parser: argparse.ArgumentParser) -> None:
    """What this benchmark can be told beyond the common options."""
    parser.add_argument("--customers", type=int, default=100_000)


def run(data: Path, *, customers: int) -> dict[str, Any]:
    """The figures; the shop is removed again. `data` is not used."""
    call_command("migrate", verbosity=0)
    for left in Shop.objects.filter(name=NAME):  # by a run that was killed: its people would enter
        _remove(left)
    shop = Shop.objects.create(name=NAME, key=f"benchmark-{time.time_ns()}")
    try:
        campaign = _prepare(shop, customers)
        limit = _limit(customers)
        began = time.perf_counter()
        entered = enrolment.enrol_by_clock()
        entering = time.perf_counter() - began
        while engine.run_due():
            pass
        seconds = time.perf_counter() - began
        limit = max(limit, _limit(customers))
        return {
            "customers": customers,
            "entered": entered,
            "held_out": Enrolment.objects.filter(campaign=campaign, held_out=True).count(),
            "messages": Message.objects.filter(campaign=campaign).count(),
            "entering_seconds": round(entering, 2),
            "seconds": round(seconds, 2),
            "rate": round(customers / seconds),
            "limit_rate": round(limit),
            "ratio_to_limit": round(customers / seconds / limit, 2),
        }
    finally:
        _remove(shop)


def _limit(rows: int) -> float:
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(LIMIT, [rows])
        return rows / (time.perf_counter() - began)


def _prepare(shop: Shop, customers: int) -> Campaign:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [shop.pk, customers])
        cursor.execute("ANALYZE customers_customer, customers_consent")
    FrequencyCap.objects.create(shop=shop, messages=1, days=7)
    template = Template.objects.create(
        shop=shop, name="T", key="t", subject="Hello", html="<p>Hello</p>", text="Hello"
    )
    at = now().replace(tzinfo=None, second=0, microsecond=0)
    return Campaign.objects.create(
        shop=shop,
        name="Benchmark",
        key="benchmark",
        status="running",
        launched_at=now() - timedelta(hours=1),
        plan={
            "entry": {"at": at.isoformat()},
            "audience": RULE,
            "steps": [{"send": template.key}],
        },
    )


def _remove(shop: Shop) -> None:
    tables = ("campaigns_message", "campaigns_enrolment", "campaigns_campaignversion")
    with connection.cursor() as cursor:
        for table in (
            *tables,
            "customers_consent",
            "customers_profile",
            "customers_customer",
        ):
            cursor.execute(f"DELETE FROM {table} WHERE shop_id = %s", [shop.pk])
    shop.delete()
