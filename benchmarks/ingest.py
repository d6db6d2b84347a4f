"""Webhook intake against a plain Starlette + asyncpg application, in the same run.

Method: 2 kB orders, signed, 5 % repeated ids and 1 % of wrong types, sent by a second process over
32 connections; both servers under uvicorn with 2 processes on the same database, nothing else
running. One warm-up, then interleaved rounds of 12,000 calls each; medians of calls a second and of
the 99th percentile; `ratio` is ours to the peer's. Every 2xx is then looked for among the rows.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from standardwebhooks.webhooks import Webhook

from benchmarks._load import packed
from benchmarks.peers import starlette_asyncpg as peer
from config.local import ROOT, die_with_parent
from shops.models import Delivery, DeliveryKey, Shop

CALLS, ROUNDS, CONNECTIONS, PROCESSES = 12_000, 5, 32, 2
REPEATED, WRONG = 0.05, 0.01
OURS, PEER = "config.asgi:application", "benchmarks.peers.starlette_asyncpg:app"
SUCCESS = ("200", "202")


def run(data: Path) -> dict[str, Any]:
    """The figures; rows and the peer's table are removed again."""
    call_command("migrate", verbosity=0)
    shop = Shop.objects.create(name="Benchmark", key=f"benchmark-{time.time_ns()}", rate_limit=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS peer_delivery")
        cursor.execute(peer.CREATE)
        try:
            return _measure(shop, cursor)
        finally:
            cursor.execute("DROP TABLE peer_delivery")
            Delivery.objects.filter(shop=shop).delete()
            DeliveryKey.objects.filter(shop=shop).delete()
            shop.delete()


def _measure(shop: Shop, cursor: CursorWrapper) -> dict[str, Any]:
    rounds: dict[str, list[dict[str, Any]]] = {OURS: [], PEER: []}
    ids: dict[str, set[str]] = {OURS: set(), PEER: set()}
    servers = {name: Server(name, shop) for name in rounds}
    try:
        for number in range(ROUNDS + 1):
            for name, server in servers.items():
                requests, sent = _requests(shop, f"{number}")
                ids[name] |= sent
                rounds[name].append(server.load(requests))
    finally:
        for server in servers.values():
            server.stop()
    stored = Delivery.objects.filter(shop=shop).count()
    cursor.execute("SELECT count(*) FROM peer_delivery")
    peer_stored = cursor.fetchone()[0]
    own, others = rounds[OURS][1:], rounds[PEER][1:]
    rps, peer_rps = (median(CALLS / r["seconds"] for r in found) for found in (own, others))
    answers = [sum(r["statuses"].values()) for found in rounds.values() for r in found]
    good = [_good(r) for found in rounds.values() for r in found]
    return {
        "ratio": round(rps / peer_rps, 2),
        "rps": round(rps),
        "peer_rps": round(peer_rps),
        "p99_ms": round(median(r["p99_ms"] for r in own), 1),
        "peer_p99_ms": round(median(r["p99_ms"] for r in others), 1),
        "p50_ms": round(median(r["p50_ms"] for r in own), 1),
        "peer_p50_ms": round(median(r["p50_ms"] for r in others), 1),
        "errors": sum(answers) - sum(good) + sum(CALLS - count for count in answers),
        "acknowledged": len(ids[OURS]),
        "stored": stored,
        "peer_acknowledged": len(ids[PEER]),
        "peer_stored": peer_stored,
    }


def _good(round_: dict[str, Any]) -> int:
    return sum(round_["statuses"].get(status, 0) for status in SUCCESS)


class Server:
    """One of the two applications, under the same server with the same number of processes."""

    def __init__(self, application: str, shop: Shop) -> None:
        self.port = _free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1",
             "--port", str(self.port), "--workers", str(PROCESSES),
             "--log-level", "warning", "--no-access-log"],
            cwd=ROOT,
            env={**os.environ, "PEER_DSN": _dsn(), "PEER_SECRET": shop.webhook_secrets[0]},
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("The server did not start.")

    def load(self, requests: list[bytes]) -> dict[str, Any]:
        """Send the requests from a process of its own."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(packed(requests))
            file.flush()
            command = [sys.executable, "-m", "benchmarks._load"]
            arguments = [str(self.port), str(CONNECTIONS), file.name]
            output = subprocess.check_output([*command, *arguments], cwd=ROOT)
        found: dict[str, Any] = json.loads(output)
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _dsn() -> str:
    settings = connection.get_connection_params()
    host = settings.get("host", "")
    return (
        f"postgres://{settings.get('user', '')}:{settings.get('password', '')}@/"
        f"{settings['dbname']}?host={host}&port={settings.get('port', 5432)}"
    )


def _requests(shop: Shop, name: str) -> tuple[list[bytes], set[str]]:
    """A round's requests, signed just now, and the ids among them."""
    random_ = random.Random(name)  # noqa: S311
    hook, at = Webhook(shop.webhook_secrets[0]), datetime.now(UTC)
    ids = [f"{name}-{number}" for number in range(CALLS)]
    for number in range(1, CALLS):
        if random_.random() < REPEATED:
            ids[number] = ids[random_.randrange(number)]
    return [_request(shop, hook, at, message, random_) for message in ids], set(ids)


def _request(
    shop: Shop, hook: Webhook, at: datetime, message: str, random_: random.Random
) -> bytes:
    lines: Any = [
        {"product_id": f"p{n}", "title": "A thing of some sort", "quantity": 1 + n % 3,
         "unit_price_cents": 100 * n, "sku": f"SKU-{n:06}"}
        for n in range(16)
    ]  # fmt: skip
    order = {
        "id": message,
        "placed_at": at.isoformat(),
        "currency": "EUR",
        "lines": "none" if random_.random() < WRONG else lines,
        "note": "x" * 250,
    }
    body = json.dumps({"type": "order.placed", "timestamp": at.isoformat(), "data": order})
    return (
        f"POST /hooks/{shop.key}/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"webhook-id: {message}\r\nwebhook-timestamp: {int(at.timestamp())}\r\n"
        f"webhook-signature: {hook.sign(message, at, body)}\r\n\r\n{body}"
    ).encode()
