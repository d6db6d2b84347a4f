"""The pictures of the documentation, as the browser tests took them."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

MOST_BYTES = 200_000


class Command(BaseCommand):
    """Copies var/screens into docs/screenshots, after the tests of changed pages ran."""

    help = "Copy the pictures that pages show, as the browser tests took them, to docs/screenshots."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = sorted((settings.BASE_DIR / "var" / "screens").glob("*.png"))
        if not taken:
            raise CommandError("No pictures in var/screens: run tests/config/test_pictures.py.")
        pages = "".join(p.read_text() for p in (settings.BASE_DIR / "docs").rglob("*.md"))
        for picture in taken:
            if f"screenshots/{picture.name}" not in pages:
                continue
            size = picture.stat().st_size
            if size > MOST_BYTES:
                raise CommandError(f"{picture.name} has {size} bytes, more than {MOST_BYTES}.")
            shutil.copy(picture, settings.BASE_DIR / "docs" / "screenshots" / picture.name)
            self.stdout.write(f"{picture.name}: {size} bytes")
