"""Train the shipped weights of the review analysers again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews_nlp import training


class Command(BaseCommand):
    """Reads the public corpora named in docs/reviews.md; writes reviews_nlp/heads/*.npz."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="holds reviews_zh_*.csv.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in training.train(options["folder"]).items():
            self.stdout.write(f"{name}: learned from {count} reviews")
