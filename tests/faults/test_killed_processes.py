"""Web, workers and the embedded database are killed during 10,000 deliveries; nothing is lost.

The product runs as its owner would run it, `manage.py up` on a directory of its own, and is looked
at from outside: HTTP in, rows in Postgres. Nobody lends it a hand.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from config import demo
from config.local import ROOT, die_with_parent
from config.management.commands import up
from tests.running import until

pytestmark = pytest.mark.processes
DELIVERIES, CLIENTS = 10_000, 16
# Who is killed, in an order and at moments that the seed decides.
RANDOM = random.Random(7)
KILLS = {"postgres": 4, "web": 3, "worker": 3, "listen": 1, "beat": 1}
VICTIMS = RANDOM.sample(list(KILLS), counts=list(KILLS.values()), k=sum(KILLS.values()))
MOMENTS = sorted(RANDOM.sample(range(200, DELIVERIES - 200), k=len(VICTIMS)))
MAKE_SHOP = (
    "from shops.models import Shop; import json;"
    "s = Shop.objects.create(name='Shop', key='shop', rate_limit=0);"
    "print(json.dumps(s.webhook_secrets[0]))"
)


@dataclass
class Server:
    """`manage.py up` on a directory of its own."""

    var: Path
    url: str
    process: "subprocess.Popen[bytes]"

    def asked(self, statement: str) -> list[tuple]:
        url = json.loads((self.var / "servers.json").read_text())["DATABASE_URL"]
        with psycopg.connect(url, connect_timeout=5) as database:
            return database.execute(statement).fetchall()

    def victim(self, name: str) -> psutil.Process | None:
        """The running process of that name."""
        if name == "postgres":
            keeper = json.loads((self.var / "servers.json").read_text())["KEEPER_PID"]
            found = psutil.Process(int(keeper)).children()
            return next((p for p in found if p.name() == "postgres"), None)
        words = {"web": "uvicorn", "worker": "worker", "listen": "listen", "beat": "beat"}
        for child in psutil.Process(self.process.pid).children():
            if words[name] in child.cmdline():
                return child
        return None

    def kill(self, name: str) -> None:
        until(lambda: self.victim(name)).kill()


@pytest.fixture
def server(tmp_path):
    port = up.free_port(0)
    own = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    outside = {name: value for name, value in os.environ.items() if name not in own}
    environment = {**outside, "VAR_DIR": str(tmp_path), "CATCHER_PORT": str(up.free_port(0))}
    log = (tmp_path / "up.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=log, stderr=log,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # an aborted run leaves nothing behind
    )  # fmt: skip
    try:
        until(lambda: demo.answers(f"http://127.0.0.1:{port}"))
        yield Server(tmp_path, f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def secret_of_new_shop(var):
    answer = subprocess.check_output(
        [sys.executable, "manage.py", "shell", "-v0", "-c", MAKE_SHOP],
        cwd=ROOT, env={**os.environ, **json.loads((var / "servers.json").read_text()),
                       "VAR_DIR": str(var), "SECRET_KEY": (var / "secret_key").read_text()},
    )  # fmt: skip
    return json.loads(answer)


@dataclass
class Deliveries:
    """A shop that sends every delivery until it is acknowledged, while processes are killed."""

    server: Server
    secret: str
    waiting: list[int] = field(default_factory=lambda: list(range(DELIVERIES)))
    acknowledged: set[str] = field(default_factory=set)
    refused: Counter = field(default_factory=Counter)
    killed: list[str] = field(default_factory=list)

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=20) as client:
            await asyncio.gather(*(self.send(client) for _ in range(CLIENTS)))

    def body(self, number: int) -> dict:
        return order(number)

    async def send(self, client: httpx.AsyncClient) -> None:
        while self.waiting:
            number = self.waiting.pop()
            content, headers = demo.signed(self.secret, self.body(number))
            try:
                answer = await client.post(
                    f"{self.server.url}/hooks/shop/", content=content, headers=headers
                )
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code in {200, 202}:
                self.acknowledged.add(headers["webhook-id"])
                await self.kill_who_is_due()
                continue
            if answer is not None:
                assert answer.headers["retry-after"]
                self.refused[answer.status_code] += 1
            self.waiting.insert(0, number)
            await asyncio.sleep(0.05)

    async def kill_who_is_due(self) -> None:
        if MOMENTS[len(self.killed) :][:1] and len(self.acknowledged) >= MOMENTS[len(self.killed)]:
            self.killed.append(VICTIMS[len(self.killed)])
            await asyncio.to_thread(self.server.kill, self.killed[-1])


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
    began = time.monotonic()
    deliveries = Deliveries(server, secret_of_new_shop(server.var))
    asyncio.run(deliveries.run())
    print(f"delivered after {time.monotonic() - began:.1f} s, refused {deliveries.refused}")

    assert len(deliveries.acknowledged) == DELIVERIES
    assert deliveries.killed == VICTIMS
    assert set(deliveries.refused) <= {503}
    left = (
        "SELECT EXISTS (SELECT FROM shops_delivery WHERE digested_at IS NULL)"
        " OR EXISTS (SELECT FROM customers_stalemark)"
    )
    until(lambda: server.asked(left) == [(False,)])
    print(f"digested after {time.monotonic() - began:.1f} s")
    stored = {name for (name,) in server.asked("SELECT message_id FROM shops_delivery")}
    assert stored == deliveries.acknowledged
    counts = (
        "SELECT (SELECT count(*) FROM shops_delivery WHERE status = 'processed'),"
        " (SELECT count(*) FROM customers_order),"
        " (SELECT count(*) FROM customers_orderline),"
        " (SELECT count(*) FROM customers_touchpoint WHERE kind = 'order.placed'),"
        " (SELECT sum(order_count) FROM customers_profile)"
    )
    assert server.asked(counts) == [(DELIVERIES,) * 5]
    assert server.process.poll() is None
