"""Make the partitions of this month and the next ones."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from shops import partitions


class Command(BaseCommand):
    """Also runs every day by schedule; safe to repeat."""

    help = "Make the monthly partitions of deliveries and touchpoints ahead of time."

    def handle(self, *args: Any, **options: Any) -> None:
        partitions.ensure_ahead(now())
