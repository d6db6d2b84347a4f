"""Keep what this release leaves in a database: `python -m tests.releases NAME`.

Run once when a release is made, with its own code; `tests/config/test_upgrade.py` upgrades the
file from then on. It holds a small shop on which everything has happened once, a call that waits to
be read, and an audit trail.
"""

import json
import os
import sys

from tests import releases

os.environ["SECRET_KEY"] = releases.SECRET_KEY

import tests.servers  # noqa: F401  before Django


def main(name: str) -> None:
    import django  # noqa: PLC0415  after the servers

    django.setup()
    from benchmarks import _population  # noqa: PLC0415  needs Django
    from config import backup  # noqa: PLC0415

    with _population.database("waymark_release"):
        fill()
        path = releases.FOLDER / f"{name}.backup"
        print(path.name, backup.take(path), "bytes")


def fill() -> None:
    from django.core.management import call_command  # noqa: PLC0415  needs Django

    from shops import audit  # noqa: PLC0415
    from shops.models import Delivery  # noqa: PLC0415
    from tests import make, rows  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    shop = make.shop(key="tea", name="Tea & Co")
    rows.of_every_kind(shop)
    ann = {"id": "7", "email": "ann@example.com", "first_name": "Ann"}
    waits = {"type": "customer.updated", "timestamp": "2026-01-02T10:00:00Z", "data": ann}
    Delivery.objects.create(
        shop=shop, message_id="waits", topic="customer.updated", body=json.dumps(waits).encode()
    )
    for action in ("launched", "paused"):
        audit.record(shop.pk, audit.Actor("owner"), action, "win-back")


if __name__ == "__main__":
    main(sys.argv[1])
