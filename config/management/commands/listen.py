"""Turn announcements of committed rows into Celery tasks."""

import time
from typing import Any

import psycopg
from django.core.management.base import BaseCommand
from kombu.exceptions import OperationalError as BrokerError

from config import celery
from shops.announcing import CHANNEL, connection_parameters

GATHER_SECONDS = 0.2  # a burst of rows becomes one task, not hundreds


class Command(BaseCommand):
    """Run one of these; a second one does no harm."""

    help = "Listen for rows left behind and start the task that takes them."

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            try:
                self.listen()
            except (psycopg.OperationalError, BrokerError) as fault:
                self.stderr.write(f"Lost the database or the broker, trying again: {fault}")
                time.sleep(1)

    def listen(self) -> None:
        with psycopg.connect(**connection_parameters(), autocommit=True) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            while True:
                heard = {notice.payload for notice in listening.notifies(timeout=GATHER_SECONDS)}
                for what in sorted(heard):
                    celery.start(what)
