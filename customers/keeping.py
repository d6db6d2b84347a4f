"""What is past its term of the history: touchpoints, visitors nobody knows, rejected rows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from customers.import_models import HistoryImport
from shops import keeping, partitions
from shops.models import Shop, StoredFile
from shops.terms import Terms

# Campaigns' reports count these, and a review that is still to be read is no history yet.
COUNTED = ("message.unsubscribed", "message.complained", "message.bounced")
STAYS = "unread OR kind IN ({})".format(", ".join(f"'{kind}'" for kind in COUNTED))

# By visitor, along the index of those nobody knows: it is as long as what is kept of them.
VISITORS = """
SELECT max(visitor) FROM (
    SELECT data ->> 'visitor' AS visitor FROM customers_touchpoint
    WHERE shop_id = %(shop)s AND customer_id IS NULL AND data ->> 'visitor' > %(last)s
    ORDER BY data ->> 'visitor' LIMIT %(batch)s) AS next
"""
FORGET_VISITORS = f"""
DELETE FROM customers_touchpoint
WHERE shop_id = %(shop)s AND customer_id IS NULL AND data ->> 'visitor' > %(last)s
AND data ->> 'visitor' <= %(until)s AND occurred_at < %(before)s AND NOT ({STAYS})
"""
FORGET_REJECTS = """
DELETE FROM customers_importreject WHERE id = ANY(ARRAY(
    SELECT r.id FROM customers_importreject r JOIN customers_fileimport f ON f.id = r.of_id
    WHERE f.shop_id = %(shop)s AND f.finished_at < %(before)s LIMIT %(batch)s))
"""


def forget_touchpoints(terms: Terms) -> int:
    """By whole months where every shop's term is over, else row by row."""
    if terms and set(Shop.objects.values_list("pk", flat=True)) <= set(terms):
        partitions.drop_before("customers_touchpoint", min(terms.values()), unless=STAYS)
    return sum(
        keeping.delete("customers_touchpoint", "occurred_at", shop, before, only=f"NOT ({STAYS})")
        for shop, before in terms.items()
    )


def forget_visitors(terms: Terms) -> int:
    """What visitors did whom nobody has recognised since."""
    return sum(_of_visitors(shop, before) for shop, before in terms.items())


def _of_visitors(shop: int, before: datetime) -> int:
    known: dict[str, Any] = {"shop": shop, "before": before, "batch": keeping.BATCH, "last": ""}
    gone = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(VISITORS, known)
            (until,) = cursor.fetchone()
            if until is None:
                return gone
            cursor.execute(FORGET_VISITORS, {**known, "until": until})
            gone += cursor.rowcount
            known["last"] = until


def forget_imports(terms: Terms) -> int:
    """Files that were read, and rows that were not taken; how many there were stays."""
    return sum(_of_imports(shop, before) for shop, before in terms.items())


def _of_imports(shop: int, before: datetime) -> int:
    known: dict[str, Any] = {"shop": shop, "before": before, "batch": keeping.BATCH}
    gone = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET_REJECTS, known)
            gone += cursor.rowcount
            if cursor.rowcount < keeping.BATCH:
                break
    files = StoredFile.objects.filter(fileimport__shop=shop, fileimport__finished_at__lt=before)
    gone += files.delete()[0]
    for path in _rejects_on_disk(shop, before):
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def _rejects_on_disk(shop: int, before: datetime) -> list[Path]:
    """What `import_history` put aside for this shop, on the machine that looks."""
    names: dict[str, set[int]] = {}
    for record in HistoryImport.objects.select_related("shop"):
        name = f"{record.shop.key}-{Path(record.file_name).stem}-rejected.csv"
        names.setdefault(name, set()).add(record.shop_id)
    # Two shops may come to the same name ("a-b" and "c", "a" and "b-c"): such a file stays.
    own = [settings.VAR_DIR / "imports" / name for name, of in names.items() if of == {shop}]
    return [path for path in own if path.exists() and path.stat().st_mtime < before.timestamp()]
