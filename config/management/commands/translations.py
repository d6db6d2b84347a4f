"""Keep the Chinese texts complete: update the catalogue, or check that nothing is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import words


class Command(BaseCommand):
    help = "Brings locale/ up to date with the texts of code and templates, and compiles it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; list what is missing, unused or at odds, and fail if any is",
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        where = words.found()
        if not check:
            words.write(words.updated(where, words.kept()))
        faults = words.faults(where, words.kept())
        if words.compiled() != words.mo(words.kept()):
            faults.append("django.mo is older than django.po: run manage.py translations")
        for line in faults:
            self.stdout.write(line)
        if faults and check:
            raise CommandError(f"{len(faults)} texts need a translator")
        self.stdout.write(f"{len(where)} texts, {len(faults)} need a translator")
