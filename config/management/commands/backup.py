"""Write the whole installation to one file while it works."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backup


class Command(BaseCommand):
    """The file is `pg_dump`'s own; keep `SECRET_KEY` elsewhere, it is not in it."""

    help = "Write the database to a file, as of one moment, while everything goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            size = backup.take(options["file"])
        except backup.BackupError as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"{options['file']}: {size / 1e6:.1f} MB. Keep SECRET_KEY elsewhere.")
