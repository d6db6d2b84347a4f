"""Web and workers are killed at random moments during 10,000 deliveries; nothing is lost."""

import asyncio
import random
import threading

import httpx
import pytest

from config import demo
from customers.models import Customer, Order, Touchpoint
from shops.models import Delivery, DeliveryKey
from tests import make
from tests.running import running, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
DELIVERIES, ROUNDS = 10_000, 12


@pytest.fixture
def server(tmp_path, monkeypatch):
    with running(tmp_path / "log", monkeypatch, broker=10) as found:
        yield found


def kill_at_random(processes, stop, killed):
    """Kill -9 one of them after another, as long as deliveries arrive; they are started again."""
    random_ = random.Random(7)
    while not stop.wait(random_.uniform(0.2, 1.5)):
        name = random_.choice(["web", "worker", "worker"])
        processes.running[name].kill()
        killed.append(name)


async def deliver_all(server_url, shop):
    """Send every delivery until it is acknowledged, as a shop does; ids that were."""
    acknowledged, waiting = set(), list(range(DELIVERIES))
    url = f"{server_url}/hooks/{shop.key}/"

    async def sender(client):
        while waiting:
            number = waiting.pop()
            content, headers = demo.signed(shop.webhook_secrets[0], order(number))
            try:
                answer = await client.post(url, content=content, headers=headers)
            except httpx.HTTPError:
                waiting.insert(0, number)
                await asyncio.sleep(0.05)
                continue
            if answer.status_code in {200, 202}:
                acknowledged.add(headers["webhook-id"])
            else:
                waiting.insert(0, number)

    async with httpx.AsyncClient(timeout=20) as client:
        await asyncio.gather(*(sender(client) for _ in range(16)))
    return acknowledged


def order(number):
    return {
        "type": "order.placed",
        "timestamp": "2026-01-02T10:00:00Z",
        "data": {
            "id": f"o{number}",
            "customer": {"id": str(number % 500)},
            "placed_at": "2026-01-02T10:00:00Z",
            "currency": "EUR",
            "lines": [{"product_id": "mug", "quantity": 1, "unit_price_cents": 100}],
        },
    }


def test_acknowledged_is_stored_and_processed_exactly_once(server):
    url, processes = server
    shop = make.shop(rate_limit=0)
    stop = threading.Event()
    killed: list[str] = []
    killer = threading.Thread(target=kill_at_random, args=(processes, stop, killed))
    killer.start()
    acknowledged = asyncio.run(deliver_all(url, shop))
    until(lambda: len(killed) >= ROUNDS)
    stop.set()
    killer.join()

    until(lambda: not Delivery.objects.filter(digested_at=None).exists())
    until(lambda: not Customer.objects.exclude(stale_since=None).exists())
    assert len(acknowledged) == DELIVERIES
    stored = set(DeliveryKey.objects.filter(shop=shop).values_list("message_id", flat=True))
    assert stored == acknowledged
    assert Delivery.objects.filter(shop=shop, status="processed").count() == DELIVERIES
    assert Order.objects.filter(shop=shop).count() == DELIVERIES
    assert Touchpoint.objects.filter(shop=shop, kind="order.placed").count() == DELIVERIES
    counts = shop.profile_set.values_list("order_count", flat=True)
    assert sum(counts) == DELIVERIES
    assert set(killed) == {"web", "worker"}
