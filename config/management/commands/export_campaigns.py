"""Write campaigns as text, one file each, to be kept and compared."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import as_text
from campaigns.models import Campaign


class Command(BaseCommand):
    help = "Write a shop's campaigns as YAML: to the screen, or one file each to a directory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", help="the key of the shop")
        parser.add_argument("campaigns", nargs="*", help="keys; all of the shop's without any")
        parser.add_argument("--to", metavar="DIRECTORY", help="write <key>.yaml files there")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Campaign.objects.filter(shop__key=options["shop"]).order_by("key")
        if options["campaigns"]:
            found = found.filter(key__in=options["campaigns"])
        missing = set(options["campaigns"]) - {each.key for each in found}
        if missing or not found:
            raise CommandError(f"No such campaign: {', '.join(sorted(missing)) or 'none at all'}.")
        for campaign in found:
            text = as_text.export(campaign)
            if options["to"]:
                place = Path(options["to"]) / f"{campaign.key}.yaml"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
                self.stdout.write(str(place))
            else:
                self.stdout.write(f"---\n{text}", ending="")
