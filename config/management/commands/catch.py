"""Run the embedded mail catcher."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from campaigns import catcher


class Command(BaseCommand):
    """Takes every mail by SMTP and keeps it where the admin shows it; nothing leaves."""

    help = "Catch mails on CATCHER_PORT instead of sending them."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(catcher.serve(settings.CATCHER_PORT))
