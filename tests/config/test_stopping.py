"""The server's processes end when they are told to, whatever they are doing."""

import os
import time

import pytest
import redis
from django.db import connection, transaction

from config.management.commands import up
from config.processes import Processes
from tests.running import PATIENCE_SECONDS, lead_to_the_tests, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ASKED_EACH_SECOND = "django_celery_beat_periodictasks"
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"


def test_beat_ends_in_the_middle_of_a_statement(tmp_path, monkeypatch):
    lead_to_the_tests(monkeypatch, broker=11)
    broker = redis.from_url(os.environ["REDIS_URL"])
    broker.flushdb()
    processes = Processes({"beat": up.commands(0)["beat"]}, tmp_path)
    processes.start()
    processes.stopping.set()  # what ends is not started again
    try:
        until(broker.dbsize)  # it has begun to tick
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {ASKED_EACH_SECOND}")
            until(lambda: cursor.execute(WAITS, [ASKED_EACH_SECOND]).fetchone()[0])
            processes.running["beat"].terminate()
            time.sleep(1)  # it hears of it while its statement still waits
        ended = processes.running["beat"].wait(PATIENCE_SECONDS)
    finally:
        processes.stop()

    assert ended == 0
