"""Recency, frequency and monetary value in quintiles, 5 is best; the groups that follow from them.

The groups are the usual eleven of retail analysis, named on a grid of recency by the mean of
frequency and money; who belongs to which is kept over time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from segments.models import RfmRun
from segments.rfm_sql import CELLS, CHANGED, CLOSE, FORGET, MOVES, OPEN, REFRESH, SAMPLE_ROWS
from shops import outbox
from shops.models import Shop

SHOWN_DAYS = 30


@dataclass(frozen=True)
class Group:
    """A place on the grid: bounds of recency and of the mean of frequency and money."""

    key: str
    label: str | Promise
    colour: str
    recency: tuple[int, int]
    value: tuple[int, int]

    def holds(self, recency: int, value: int) -> bool:
        low, high = self.recency
        return low <= recency <= high and self.value[0] <= value <= self.value[1]

    @property
    def sql(self) -> str:
        """Its WHEN clause; `r` is the recency, `v` the mean of frequency and money."""
        (low, high), (least, most) = self.recency, self.value
        bounds = f"r BETWEEN {low} AND {high} AND v BETWEEN {least} AND {most}"
        return f"WHEN {bounds} THEN '{self.key}'"


# The first that fits is taken; together they cover the grid.
GROUPS = (
    Group("champions", _("Champions"), "#4f46e5", (5, 5), (4, 5)),
    Group("loyal", _("Loyal customers"), "#6366f1", (3, 4), (4, 5)),
    Group("cant_lose", _("Can't lose them"), "#dc2626", (1, 1), (4, 5)),
    Group("at_risk", _("At risk"), "#f97316", (2, 2), (3, 5)),
    Group("potential", _("Potential loyalists"), "#0d9488", (4, 5), (2, 3)),
    Group("new", _("New customers"), "#0ea5e9", (5, 5), (1, 1)),
    Group("promising", _("Promising"), "#38bdf8", (4, 4), (1, 1)),
    Group("attention", _("Need attention"), "#eab308", (3, 3), (3, 3)),
    Group("about_to_sleep", _("About to sleep"), "#ca8a04", (3, 3), (1, 2)),
    Group("hibernating", _("Hibernating"), "#94a3b8", (1, 2), (2, 3)),
    Group("lost", _("Lost"), "#64748b", (1, 2), (1, 1)),
)
NAMED = {group.key: group for group in GROUPS}


def refresh(shop: Shop, customers: list[int] | None = None) -> int:
    """Score these customers of the shop (None: all) against all its buyers; returns how many
    changed. Somebody without orders has no score."""
    only = customers is not None
    params: dict[str, Any] = {"shop": shop.pk, "customers": customers, "rows": SAMPLE_ROWS}
    groups = " ".join(group.sql for group in GROUPS)
    only_s = "AND s.customer_id = ANY(%(customers)s)" if only else ""
    with transaction.atomic(), connection.cursor() as cursor:
        refreshed = REFRESH.format(
            groups=groups, only="AND p.customer_id = ANY(%(customers)s)" if only else ""
        )
        cursor.execute(refreshed, params)
        changed = int(cursor.rowcount)
        cursor.execute(FORGET.format(only=only_s), params)
        cursor.execute(CLOSE.format(only=only_s.replace("s.", "h.")), params)
        cursor.execute(OPEN.format(only=only_s), params)
        if changed and outbox.is_wanted(shop, "score.changed"):
            outbox.publish(CHANGED.format(only=only_s), params)
        if not only:
            _record_run(shop)
    return changed


def refresh_all() -> None:
    """Every shop's scores in full."""
    for shop in Shop.objects.order_by("pk"):
        refresh(shop)


def movement(shop: Shop, since: datetime, until: datetime) -> list[tuple[str, str, int]]:
    """How many customers went from which group to which between two moments, stayers included.

    An empty group is "no orders yet".
    """
    with connection.cursor() as cursor:
        cursor.execute(MOVES, {"shop": shop.pk, "since": since, "until": until})
        return list(cursor.fetchall())


def _record_run(shop: Shop) -> None:
    """Keep the grid as it is now, so that its page reads one row."""
    with connection.cursor() as cursor:
        cursor.execute(CELLS, {"shop": shop.pk})
        names = [column[0] for column in cursor.description]
        cells = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    moves = movement(shop, now() - timedelta(days=SHOWN_DAYS), now())
    RfmRun.objects.create(
        shop=shop,
        customer_count=sum(cell["customers"] for cell in cells),
        cells=cells,
        moves=[{"from": a, "to": b, "customers": n} for a, b, n in moves],
    )
