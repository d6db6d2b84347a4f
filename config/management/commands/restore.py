"""Bring a back-up into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backup


class Command(BaseCommand):
    """Ends with status 1 where the database is not empty, and changes nothing then."""

    help = "Bring a back-up into an empty database; campaigns come back paused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = backup.restore(options["file"])
        except backup.BackupError as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"{done.tables} tables are back. Run manage.py migrate now.")
        if done.held:
            self.stdout.write(
                f"{done.held} campaigns are paused or drafts again: what was sent since the "
                "back-up is planned again in it. Look, then resume."
            )
        if done.unreadable:
            self.stdout.write(
                f"{done.unreadable} of {done.secrets} sealed secrets cannot be read: set the "
                "SECRET_KEY that the installation had, or make those secrets anew."
            )
