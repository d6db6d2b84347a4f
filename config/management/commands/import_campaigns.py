"""Make or change campaigns from text files. Safe to repeat."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from campaigns import as_text
from shops.models import Shop


class Command(BaseCommand):
    help = "Read campaigns from YAML files: all of them, or none where one has a fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", help="the key of the shop")
        parser.add_argument("files", nargs="+", help="YAML, as export_campaigns writes it")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(key=options["shop"]).first()
        if shop is None:
            raise CommandError(f"There is no shop {options['shop']!r}.")
        with transaction.atomic():
            for name in options["files"]:
                try:
                    change = as_text.load(Path(name).read_text(), shop)
                except (as_text.TextFault, OSError, UnicodeDecodeError) as fault:
                    raise CommandError(f"{name}: {fault}") from fault
                said = "new" if change.is_new else "changed"
                self.stdout.write(f"{name}: {'unchanged' if change.is_empty else said}")
                self.stdout.write("\n".join(change.lines), ending="\n" if change.lines else "")
            if options["dry_run"]:
                transaction.set_rollback(True)
