"""A small shop on which everything has happened once, kept in a file.

Run once when a release is made, with its own code; `tests/config/test_upgrade.py` upgrades the
file from then on.
"""

import json

from django.core.management import call_command

from benchmarks import _population
from config import backup
from shops import audit
from shops.models import Delivery
from tests import make, releases, rows


def keep(name: str) -> None:
    """Write the file of that name; says how large it is."""
    with _population.database("waymark_release"):
        call_command("migrate", verbosity=0)
        fill()
        path = releases.FOLDER / f"{name}.backup"
        print(path.name, backup.take(path), "bytes")


def fill() -> None:
    """With a call that waits to be read, and an audit trail."""
    shop = make.shop(key="tea", name="Tea & Co")
    rows.of_every_kind(shop)
    ann = {"id": "7", "email": "ann@example.com", "first_name": "Ann"}
    waits = {"type": "customer.updated", "timestamp": "2026-01-02T10:00:00Z", "data": ann}
    Delivery.objects.create(
        shop=shop, message_id="waits", topic="customer.updated", body=json.dumps(waits).encode()
    )
    for action in ("launched", "paused"):
        audit.record(shop.pk, audit.Actor("owner"), action, "win-back")
