"""Load a shop's past from files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from customers import imports
from customers.history_files import HistoryFile, UnknownFormat
from customers.models import HistoryImport
from shops.models import Shop


class Command(BaseCommand):
    """`import_history SHOP --orders FILE --reviews FILE`; can be interrupted and repeated."""

    help = "Load orders (CSV or Parquet, one row a line) and reviews (CSV) into a shop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", help="the shop's key")
        parser.add_argument("--orders", type=Path, help="order lines, .csv or .parquet")
        parser.add_argument("--reviews", type=Path, help="reviews, .csv or .csv.gz")
        parser.add_argument(
            "--leave-days",
            type=int,
            default=0,
            help="leave the last days of the orders out; they will come by webhook",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shop = Shop.objects.get(key=options["shop"])
        except Shop.DoesNotExist:
            raise CommandError(f"There is no shop with the key {options['shop']!r}.") from None
        if not options["orders"] and not options["reviews"]:
            raise CommandError("Say what to import: --orders FILE, --reviews FILE or both.")
        if options["orders"]:
            self.report(import_orders(shop, options["orders"], options["leave_days"])[0])
        if options["reviews"]:
            with bar(None, "reviews") as progress:
                record = imports.import_reviews(shop, options["reviews"], progress=progress.update)
            self.report(record)

    def report(self, record: HistoryImport) -> None:
        self.stdout.write(
            f"{record.file_name}: {record.rows_read} rows read = {record.rows_imported} imported"
            f" + {record.rows_rejected} rejected + {record.rows_after} left for later;"
            f" dates shifted by {record.shift_days} days"
        )


def import_orders(shop: Shop, path: Path, leave_days: int) -> tuple[HistoryImport, HistoryFile]:
    """Import with a progress bar; returns the record and the file it was read from."""
    try:
        file = HistoryFile(path, shop.currency)
    except (UnknownFormat, OSError) as fault:
        raise CommandError(str(fault)) from fault
    rejects = settings.VAR_DIR / "imports" / f"{shop.key}-{path.stem}-rejected.csv"
    with bar(file.row_count, path.name) as progress:
        record = imports.import_orders(
            shop, file, rejects=rejects, last_days_left=leave_days, progress=progress.update
        )
    return record, file


def bar(total: int | None, what: str) -> "tqdm[Any]":
    """A progress bar that stays quiet enough for a log file."""
    return tqdm(total=total, desc=what, unit=" rows", mininterval=0.5)
