"""Load a shop's past from files."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from customers import file_imports, imports, tables
from customers.history_files import HistoryFile, UnknownFormat
from customers.models import HistoryImport
from shops.models import Shop


class Command(BaseCommand):
    """`import_history SHOP --orders FILE …`; can be interrupted and repeated."""

    help = "Load orders (CSV or Parquet, one row a line), customers and reviews into a shop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", help="the shop's key")
        parser.add_argument("--orders", type=Path, help="order lines, .csv or .parquet")
        parser.add_argument("--customers", type=Path, help="customers, .csv, .xlsx or .jsonl")
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
        if not any(options[name] for name in ("orders", "customers", "reviews")):
            raise CommandError("Say what to import: --orders, --customers or --reviews FILE.")
        if options["customers"]:
            self.stdout.write(import_customers(shop, options["customers"]))
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


def import_customers(shop: Shop, path: Path) -> str:
    """Import as the admin does, columns as they are guessed; returns what came of it."""
    try:
        with path.open("rb") as content:
            record = file_imports.begin(shop, "customers", path.name, content, by="import_history")
    except (tables.FileFault, OSError) as fault:
        raise CommandError(str(fault)) from fault
    file_imports.start(record)
    with bar(None, path.name) as progress:
        while not record.is_over:
            if not file_imports.run_waiting():
                time.sleep(0.5)  # a worker has it in its hands
            before = record.rows_done
            record.refresh_from_db()
            progress.update(record.rows_done - before)
    if record.fault:
        raise CommandError(record.fault)
    return (
        f"{record.file_name}: {record.rows_done} rows read = {record.rows_imported} imported"
        f" + {record.rows_rejected} rejected"
    )


def bar(total: int | None, what: str) -> "tqdm[Any]":
    """A progress bar that stays quiet enough for a log file."""
    return tqdm(total=total, desc=what, unit=" rows", mininterval=0.5)
