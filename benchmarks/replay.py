"""How long does a look at thirty days of the demo's gift shop take, for each ready-made campaign?

Method: the demo's orders (data/online_retail.parquet, dates shifted to now) are read into a shop of
4,372 customers of whom nine in ten agreed to mails; profiles, stages and segments are brought up to
date; then each campaign is replayed over the last thirty days, hour by hour, as the button of its
page does. The rows of every table are counted before and after: a replay leaves no trace.
"""

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from campaigns import reactor, ready_made, replay
from config import demo
from config.management.commands.import_history import import_orders
from customers import consent
from shops.clock import now
from shops.models import Shop

DAYS = 30
# Each table's rows, counted by Postgres in one statement.
ROWS = """
SELECT relname, (xpath('/row/c/text()', query_to_xml(
    format('SELECT count(*) AS c FROM %I', relname), false, true, '')))[1]::text::bigint
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""


def run(data: Path) -> dict[str, Any]:
    """Seconds for each campaign, the slowest, and whether any table changed."""
    call_command("migrate", verbosity=0)
    shop = _shop(data)
    made = [ready_made.create(shop, each.key) for each in ready_made.ALL]
    before, until = _rows(), now()
    seconds: dict[str, float] = {}
    for campaign in tqdm(made, desc="campaigns"):
        began = time.monotonic()
        replay.run(campaign, until=until, days=DAYS)
        seconds[campaign.key] = round(time.monotonic() - began, 1)
    return {
        "slowest": max(seconds.values()),
        "seconds": seconds,
        "customers": shop.customer_set.count(),
        "days": DAYS,
        "tables_changed": [name for name, count in _rows().items() if count != before[name]],
    }


def _shop(data: Path) -> Shop:
    """The demo's gift shop; kept for the next run."""
    gifts, _clothing = demo.set_up()
    if not gifts.customer_set.exists():
        import_orders(gifts, data / "online_retail.parquet", 0)
        consent.give_all(
            gifts, channel="email", how="artificial, for the demo", except_ids=demo.NO_CONSENT
        )
    while reactor.react_waiting():
        pass
    return gifts


def _rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return dict(cursor.fetchall())
