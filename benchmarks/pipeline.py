"""From a shop's call to the mail that it triggers, at 100 events a second.

Method: all processes of the product on this machine; 6,000 signed orders of as many new customers,
100 a second for 60 seconds on a fixed schedule (a slow answer does not slow the next call down).
Each order is 120 days old, so that its customer is "at risk" and the win-back campaign writes to
them. Measured from the moment a call was due to the moment the SMTP catcher took the mail.
"""

import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from django.core.management import call_command
from tqdm import tqdm

from campaigns import launching, ready_made
from campaigns.models import CaughtMail
from config import demo
from config.management.commands import up
from config.processes import Processes
from journeys import lifecycle
from segments import starter
from shops.models import Shop

RATE, SECONDS, PATIENCE = 100, 60, 60


def run(data: Path) -> dict[str, Any]:
    """The figures. Leaves the shop behind: what was sent stays on record."""
    call_command("migrate", verbosity=0)
    shop = _shop()
    port = up.choose_addresses(0)
    with tempfile.TemporaryDirectory() as logs:
        processes = Processes(up.commands(port), Path(logs))
        processes.start()
        try:
            _wait(lambda: demo.answers(os.environ["PUBLIC_URL"]))
            asyncio.run(_send(shop, port, range(20), 5))  # wakes every process once
            _wait(lambda: _caught(shop, "warm").count() >= 20)
            due = asyncio.run(_send(shop, port, range(RATE * SECONDS), RATE))
            _wait(lambda: _caught(shop, "event").count() >= len(due))
        finally:
            processes.stop()
    taken = {mail.recipient: mail.caught_at for mail in _caught(shop, "event")}
    waits = sorted((taken[name] - at).total_seconds() for name, at in due.items() if name in taken)
    return {
        "p50_s": round(waits[len(waits) // 2], 3),
        "p95_s": round(waits[len(waits) * 95 // 100], 3),
        "p99_s": round(waits[len(waits) * 99 // 100], 3),
        "events": len(due),
        "messages": len(waits),
        "doubled": _caught(shop, "event").count() - len(taken),
    }


def _shop() -> Shop:
    shop = Shop.objects.create(name="Benchmark", key=f"benchmark-{time.time_ns()}")
    lifecycle.create(shop)
    starter.create(shop)
    campaign = ready_made.create(shop, "win-back")
    campaign.holdout_percent = 0
    campaign.save()
    launching.launch(campaign)
    return shop


def _caught(shop: Shop, kind: str) -> Any:
    return CaughtMail.objects.filter(recipient__endswith=f"@{kind}.{shop.key}.example.com")


def _wait(happened: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.2)


async def _send(shop: Shop, port: int, numbers: range, rate: int) -> dict[str, datetime]:
    """Send one order per number on schedule; when each was due, by the customer's address."""
    kind = "warm" if rate < RATE else "event"
    secret, url = shop.webhook_secrets[0], f"http://127.0.0.1:{port}/hooks/{shop.key}/"
    due: dict[str, datetime] = {}
    began, start = time.monotonic(), datetime.now(UTC)
    limits = httpx.Limits(max_connections=32)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client, asyncio.TaskGroup() as calls:
        for number in tqdm(numbers, desc=kind, unit=" events"):
            await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
            address = f"c{number}@{kind}.{shop.key}.example.com"
            due[address] = start + timedelta(seconds=number / rate)
            content, headers = demo.signed(secret, _order(f"{kind}-{number}", address))
            calls.create_task(_call(client, url, content, headers))
    return due


async def _call(client: httpx.AsyncClient, url: str, content: Any, headers: Any) -> None:
    answer = await client.post(url, content=content, headers=headers)
    answer.raise_for_status()


def _order(name: str, address: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    buyer = {"id": name, "email": address, "first_name": "Ann", "accepts_marketing": True}
    line = {"product_id": "mug", "title": "Mug", "quantity": 2, "unit_price_cents": 500}
    order = {
        "id": name,
        "customer": buyer,
        "placed_at": (now - timedelta(days=120)).isoformat(),
        "currency": "EUR",
        "lines": [line],
    }
    return {"type": "order.placed", "timestamp": now.isoformat(), "data": order}
