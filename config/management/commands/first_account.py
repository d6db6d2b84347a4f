"""Where the first account of an empty server is made."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import first_run
from shops.models import User


class Command(BaseCommand):
    """Prints the address of the page; only while nobody has an account."""

    help = "Print where the first account of this server is made."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("Somebody has an account already: sign in at /admin/.")
        self.stdout.write(first_run.address())
