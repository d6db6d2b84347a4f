"""Write docs/reference/, the pages that are made from the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import reference


class Command(BaseCommand):
    help = "Writes docs/reference/: touchpoints, commands, settings, schedule and the API."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / reference.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in reference.pages().items():
            (folder / name).write_text(text)
