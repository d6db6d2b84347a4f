"""Workers, broker and database are killed during 20,000 sends; nobody gets a mail twice.

The product runs as its owner would run it and sends to a mail server of ours that remembers what it
took, refuses some for good and some for a while, and hangs up in the middle. Twenty kills; one
campaign is paused and resumed meanwhile, another cancelled. At the end every message planned is
sent, failed, refused or uncertain. The test prints its table.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import psutil
import psycopg
import pytest

from benchmarks.send import CUSTOMERS
from campaigns import sending
from config import demo
from config.local import ROOT, die_with_parent
from config.management.commands import up
from tests.campaigns import sink
from tests.faults.test_killed_processes import Server
from tests.running import until

pytestmark = pytest.mark.processes
LONG, SHORT = 16_000, 4_000  # messages of the campaign that is paused, and of the cancelled one
KILLS = {"sender": 8, "worker": 3, "postgres": 4, "valkey": 3, "beat": 1, "listen": 1}
RANDOM = random.Random(11)
VICTIMS = RANDOM.sample(list(KILLS), counts=list(KILLS.values()), k=sum(KILLS.values()))
MAKE = """
from django.db import connection
from campaigns import launching
from campaigns.models import Campaign, Template
from shops.models import Shop
shop = Shop.objects.create(name="Tea", key="tea", from_email="hello@tea.example")
Template.objects.create(shop=shop, name="T", key="t", subject="Hi", html="<p>Hi</p>", text="")
with connection.cursor() as cursor:
    cursor.execute(%r, [shop.pk, %d])
for key, low, high in (("long", 0, %d), ("short", %d, 10**9)):
    campaign = Campaign.objects.create(shop=shop, name=key, key=key, holdout_percent=0,
        plan={"entry": {"api": True}, "steps": [{"send": "t"}]})
    launching.launch(campaign)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO campaigns_enrolment (shop_id, campaign_id, customer_id,"
            " entry_key, held_out, entered_at, step, due_at, cause, variants, outcome)"
            " SELECT shop_id, %%s, id, 'api', false, now(), '', now(), '{}', '{}', ''"
            " FROM customers_customer WHERE external_id::int > %%s AND external_id::int <= %%s",
            [campaign.pk, low, high])
"""
DO = "from campaigns import launching; from campaigns.models import Campaign;"
STATES = "SELECT status, count(*) FROM campaigns_message GROUP BY 1"


class Moody(sink.Picky):
    """Refuses, hesitates and hangs up by the number in the address; hesitates only once."""

    hesitated: set[str] = set()

    def once(self, address: str) -> bool:
        first = address not in self.hesitated
        self.hesitated.add(address)
        return first

    def recipient(self, address: str) -> str | None:
        number = int(address[1:].partition("@")[0])
        if number % 50 == 1:
            return "550 5.1.1 no such mailbox"
        if number % 50 == 2 and self.once(address):
            return "451 4.7.1 try again later"
        return None if number % 400 == 5 and self.once(address) else "250 2.1.5 Ok"

    def mail(self, recipients: list[str], content: bytes) -> str | None:
        number = int(recipients[0][1:].partition("@")[0])
        if number % 50 == 3:
            return "554 5.7.1 looks like spam"
        if number % 100 == 4 and self.once(recipients[0]):
            return "450 4.3.0 not now"
        self.taken.append((recipients[0], content))
        return None if number % 400 == 6 else "250 2.0.0 Ok"


class Sending(Server):
    """The server, its senders and its broker as victims too."""

    def victim(self, name):
        try:
            if name == "valkey":
                keeper = json.loads((self.var / "servers.json").read_text())["KEEPER_PID"]
                children = psutil.Process(int(keeper)).children()
                return next((p for p in children if "valkey" in p.name()), None)
            if name == "sender":
                worker = super().victim("worker")
                return RANDOM.choice(worker.children()) if worker and worker.children() else None
            return super().victim(name)
        except psutil.NoSuchProcess:
            return None

    def kill(self, name):
        try:
            super().kill(name)
        except psutil.NoSuchProcess:
            self.kill(name)

    def shell(self, code: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code], cwd=ROOT, check=True,
            env={**os.environ, **json.loads((self.var / "servers.json").read_text()),
                 "VAR_DIR": str(self.var), "SECRET_KEY": (self.var / "secret_key").read_text()},
        )  # fmt: skip

    def patiently(self, code: str) -> None:
        """The same, again while the database is away."""
        for _ in range(5):
            try:
                return self.shell(code)
            except subprocess.CalledProcessError:
                time.sleep(1)
        raise AssertionError(code)

    def states(self) -> Counter:
        try:
            return Counter(dict(self.asked(STATES)))
        except psycopg.Error:
            return Counter({"planned": 1})  # away for a moment


@pytest.fixture
def server(tmp_path):
    port, mail_port = up.free_port(0), up.free_port(0)
    own = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in own},
        **{"VAR_DIR": str(tmp_path), "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"},
        **{"SEND_LEASE_SECONDS": "20"},
    }
    log = (tmp_path / "up.log").open("w")
    with sink.serving(mail_port, Moody) as taken:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        try:
            until(lambda: demo.answers(f"http://127.0.0.1:{port}"))
            yield Sending(tmp_path, f"http://127.0.0.1:{port}", process), taken
        finally:
            process.terminate()
            process.wait()


def kill_all(server, taken, victims, share):
    """Kill them one after the other while mails leave, or after a while where none can."""
    for victim in victims:
        goal, until_then = len(taken) + share, time.monotonic() + RANDOM.uniform(2, 6)
        while len(taken) < goal and time.monotonic() < until_then:
            time.sleep(0.02)
        server.kill(victim)


def drain(server):
    """Let what is left come to its end. Retries are brought forward: the test has no hours."""
    deadline = time.monotonic() + 400
    while (states := server.states()) and states["planned"] + states["sending"]:
        assert time.monotonic() < deadline, states
        with psycopg.connect(database_url(server)) as database:
            database.execute("UPDATE campaigns_message SET due_at = now() WHERE status = 'planned'")
        time.sleep(2)
    return states


def database_url(server):
    return json.loads((server.var / "servers.json").read_text())["DATABASE_URL"]


def test_nobody_gets_a_mail_twice_and_every_message_is_accounted_for(server):
    server, taken = server
    began = time.monotonic()
    server.shell(MAKE % (CUSTOMERS, LONG + SHORT, LONG, LONG))
    until(lambda: len(taken) > 200)
    kill_all(server, taken, VICTIMS[:6], 600)
    server.patiently(DO + "launching.pause(Campaign.objects.get(key='long'))")
    server.patiently(DO + "launching.cancel(Campaign.objects.get(key='short'))")
    at_pause = len(taken)
    kill_all(server, taken, VICTIMS[6:8], 10**6)
    assert len(taken) - at_pause <= 2 * sending.MOST  # what two workers had in hand
    server.patiently(DO + "launching.resume(Campaign.objects.get(key='long'))")
    kill_all(server, taken, VICTIMS[8:], 900)
    states = drain(server)

    got = Counter(address for address, _ in taken)
    by_address = dict(
        server.asked(
            "SELECT c.email, m.status FROM campaigns_message m"
            " JOIN customers_customer c ON c.id = m.customer_id"
        )
    )
    duplicates = sum(count - 1 for count in got.values())
    print(f"\nkills {dict(Counter(VICTIMS))} in {time.monotonic() - began:.0f} s")
    print(f"planned {len(by_address)} | {dict(sorted(states.items()))} | duplicates {duplicates}")
    assert duplicates == 0
    assert len(by_address) == LONG + SHORT == sum(states.values())
    assert set(states) == {"sent", "failed", "refused", "uncertain"}
    at_sink = {by_address[address] for address in got}
    assert at_sink <= {"sent", "uncertain"}
    assert {a for a, status in by_address.items() if status == "sent"} <= set(got)
    assert server.process.poll() is None
