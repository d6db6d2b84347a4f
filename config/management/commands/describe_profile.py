"""Write docs/profile.md from the register of features."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from customers import register


class Command(BaseCommand):
    help = "Writes docs/profile.md from the register of features (customers/features.py)."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            (settings.BASE_DIR / "docs" / "profile.md").write_text(register.page())
