"""Take in one mail that came back, from standard input; for a mail server's alias."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from campaigns import bounces
from campaigns.dsn import MOST_BYTES


class Command(BaseCommand):
    """Says in a word what the mail was; a failure tells the mail server to try again later."""

    help = "Take in a bounce or a complaint from standard input."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(bounces.receive(sys.stdin.buffer.read(MOST_BYTES)))
