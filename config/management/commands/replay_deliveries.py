"""Read deliveries again: all of a time range, or those of one topic or verdict."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers import ingest
from shops.models import Delivery, Shop


class Command(BaseCommand):
    """Safe to repeat: what deliveries say is stored once."""

    help = "Let a shop's deliveries be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shop", help="the shop's key")
        parser.add_argument("--since", type=moment, help="ISO 8601; from this time on")
        parser.add_argument("--until", type=moment, help="ISO 8601; before this time")
        parser.add_argument("--status", choices=["processed", "ignored", "quarantined"])
        parser.add_argument("--topic")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(key=options["shop"]).first()
        if shop is None:
            raise CommandError(f"There is no shop with the key {options['shop']!r}.")
        wanted = {
            "received_at__gte": options["since"],
            "received_at__lt": options["until"],
            "status": options["status"],
            "topic": options["topic"],
        }
        found = Delivery.objects.filter(
            shop=shop, **{field: value for field, value in wanted.items() if value is not None}
        )
        self.stdout.write(f"{ingest.replay(found)} deliveries will be read again.")


def moment(text: str) -> datetime:
    """A time; one without a zone is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
