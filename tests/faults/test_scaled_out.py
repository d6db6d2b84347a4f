"""One worker becomes two and four while a shop delivers; any of them may be killed or cut off.

Each worker is on a machine of its own (see `machines`), all on one broker and one database. At the
end every order was counted once, and everybody got their one mail. The test prints its table.
"""

import asyncio
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from campaigns import launching, sending
from campaigns.models import Message
from config.management.commands import up
from config.processes import Processes
from customers.models import Order, Profile, StaleMark
from shops.models import Delivery
from tests import make
from tests.campaigns import build, sink
from tests.faults.machines import Machine, machines
from tests.faults.test_killed_processes import Deliveries, Server
from tests.running import running, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
MOST = 100_000
CLIENTS_WAIT = 0.25  # of each of sixteen clients after a call: some 60 orders a second
SHARE = 40  # mails that have to arrive after each act, whoever is away meanwhile
# A worker more, one killed, the first one's cable pulled and put back, one told to leave.
ACTS = ["add", "kill", "add", "add", "pull", "kill", "plug", "kill", "leave"]
RANDOM = random.Random(5)
WORKER = ["-m", "celery", "-A", "config.worker", "worker", "--loglevel", "WARNING"]


@dataclass
class Fleet:
    """Workers by the machine they are on, and what their mails' carrier took."""

    places: list[Machine]
    logs: Path
    mail_port: int
    taken: list[tuple[str, bytes]]
    working: list[Processes] = field(default_factory=list)

    def add(self) -> None:
        """One more; where it can be seen from here, until it has sent something."""
        number = len(self.working)
        name, place = f"worker-{number}", self.places[number]
        own = [*WORKER, "--concurrency", "1", "-n", f"{name}@%h"]
        self.working.append(Processes({name: place.command(own)}, self.logs))
        self.working[-1].start()
        if place.name and number:
            until(lambda: place.calls[self.mail_port])

    def kill(self) -> None:
        """Any but the first, as a machine's kernel does when memory is short."""
        [process] = RANDOM.choice(self.working[1:]).running.values()
        process.kill()

    def pull(self) -> None:
        self.places[0].cable("down")

    def plug(self) -> None:
        self.places[0].cable("up")

    def leave(self) -> None:
        """One is told to end, as by a deployment: it finishes what it has in hand."""
        self.working[1].stop()

    def stop(self) -> None:
        with ThreadPoolExecutor() as together:
            list(together.map(Processes.stop, self.working))

    async def come_and_go(self) -> None:
        for act in ACTS:
            await asyncio.to_thread(getattr(self, act))
            goal = len(self.taken) + SHARE
            await asyncio.to_thread(self.hears_of, goal)

    def hears_of(self, goal: int) -> None:
        until(lambda: len(self.taken) >= goal)


class NewCustomers(Deliveries):
    """Each order is a new customer's, at a steady rate, for as long as the workers come and go."""

    begun = 0  # the highest number so far: they are taken in order

    def body(self, number):
        self.begun = max(self.begun, number)
        now = datetime.now(UTC).isoformat()
        buyer = {"id": str(number), "email": f"c{number}@example.com", "accepts_marketing": True}
        line = {"product_id": "mug", "quantity": 1, "unit_price_cents": 100 + number}
        order = {"id": f"o{number}", "customer": buyer, "placed_at": now, "currency": "EUR",
                 "lines": [line]}  # fmt: skip
        return {"type": "order.placed", "timestamp": now, "data": order}

    async def kill_who_is_due(self):
        await asyncio.sleep(CLIENTS_WAIT)

    async def while_they(self, fleet):
        sending = asyncio.create_task(self.run())
        try:
            await fleet.come_and_go()
        finally:
            # What was begun and got no answer is sent until it has one.
            self.waiting[:] = [number for number in self.waiting if number <= self.begun]
        await sending


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    mail_port = up.free_port(0)
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{mail_port}")
    monkeypatch.setenv("SEND_LEASE_SECONDS", "6")
    ports = [
        int(urlsplit(settings.REDIS_URL).port or 0),
        int(connection.settings_dict["PORT"]),
        mail_port,
    ]
    with (
        sink.serving(mail_port) as taken,
        machines(4, ports) as places,
        running(tmp_path, monkeypatch, broker=10, apart={"worker", "catch"}) as (url, processes),
    ):
        workers = Fleet(places, tmp_path, mail_port, taken)
        workers.add()
        try:
            yield Server(tmp_path, url, processes.running["web"]), workers
        finally:
            workers.stop()


def settled():
    """Whether nothing is left to do; what was in flight when its worker died is uncertain."""
    sending.sweep()
    return not (
        Delivery.objects.filter(digested_at=None).exists()
        or StaleMark.objects.exists()
        or Message.objects.filter(status__in=["planned", "sending"]).exists()
    )


def test_workers_come_and_go_and_nothing_is_lost_or_doubled(fleet, settings):
    settings.SEND_LEASE_SECONDS = 6
    server, workers = fleet
    began, shop = time.monotonic(), make.shop(key="shop", rate_limit=0)
    campaign = build.campaign(shop, status="draft", plan={"entry": {"touchpoint": "order.placed"}})
    launching.launch(campaign)
    calls = NewCustomers(server, shop.webhook_secrets[0], list(range(MOST, 0, -1)))
    asyncio.run(calls.while_they(workers))
    until(settled)

    orders, states = (
        len(calls.acknowledged),
        Counter(Message.objects.values_list("status", flat=True)),
    )
    turns = [place.calls[workers.mail_port] for place in workers.places]
    print(f"\n{workers.places[0].kind}: {dict(Counter(ACTS))}, turns of sending by machine {turns}")
    print(f"{orders} orders in {time.monotonic() - began:.0f} s: {dict(states)}")
    cents = Order.objects.values_list("total_cents", flat=True)
    assert sorted(cents) == list(range(101, 101 + orders))
    assert sum(Profile.objects.values_list("order_count", flat=True)) == orders
    assert Message.objects.count() == campaign.enrolments.count() == orders
    assert set(states) <= {"sent", "uncertain"}
    got = Counter(address for address, _ in workers.taken)
    sent = Message.objects.filter(status="sent").values_list("customer__email", flat=True)
    assert set(got.values()) == {1}
    assert set(sent) <= set(got)
