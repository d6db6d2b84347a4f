"""What the page of RFM groups shows: the grid, the groups, and who moved between them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from segments.models import RfmRun
from segments.rfm import GROUPS, NAMED, Group
from shops.models import Shop

LIGHTEST, DARKEST = 8, 45  # percent of its group's colour in a cell


@dataclass(frozen=True)
class Page:
    """The last run of a shop, ready to be shown; `shown` is the group that the list is about."""

    computed_at: datetime
    customer_count: int
    currency: str
    shown: str
    rows: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    chart: dict[str, Any] | None
    values: tuple[int, ...] = (1, 2, 3, 4, 5)


def show(shop: Shop | None, shown: str) -> Page | None:
    """The page of a shop; None before its first run or without buyers."""
    run = RfmRun.objects.filter(shop=shop).order_by("-id").first() if shop else None
    if shop is None or run is None or not run.customer_count:
        return None
    return Page(
        run.computed_at,
        run.customer_count,
        shop.currency,
        shown,
        [_row(recency, run) for recency in range(5, 0, -1)],
        [_group(group, run) for group in GROUPS],
        _chart(run),
    )


def _row(recency: int, run: RfmRun) -> dict[str, Any]:
    counts = {cell["value"]: cell["customers"] for cell in run.cells if cell["recency"] == recency}
    most = max((cell["customers"] for cell in run.cells), default=1)
    cells = []
    for value in Page.values:
        group = next(group for group in GROUPS if group.holds(recency, value))
        depth = LIGHTEST + (DARKEST - LIGHTEST) * counts.get(value, 0) // most
        cells.append(
            {
                "group": group.key,
                "label": group.label,
                "colour": group.colour,
                "customers": counts.get(value, 0),
                "depth": depth,
            }
        )
    return {"recency": recency, "cells": cells}


def _group(group: Group, run: RfmRun) -> dict[str, Any]:
    cells = [cell for cell in run.cells if cell["group"] == group.key]
    customers = sum(cell["customers"] for cell in cells)
    revenue = sum(cell["revenue_cents"] for cell in cells)
    return {
        "key": group.key,
        "label": group.label,
        "colour": group.colour,
        "customers": customers,
        "share": customers / run.customer_count,
        "revenue_cents": round(revenue / customers) if customers else None,
    }


def _chart(run: RfmRun) -> dict[str, Any] | None:
    """Flows from the group of then to the group of now; newcomers come from "no orders yet"."""
    flows = [move for move in run.moves if move["from"]]
    if not flows:
        return None
    names = {key: str(group.label) for key, group in NAMED.items()}
    gone = str(_("no orders left"))
    return {
        "kind": "sankey",
        "labels": [f"{names[m['from']]} → {names.get(m['to'], gone)}" for m in flows],
        "series": [{"name": _("Customers"), "values": [m["customers"] for m in flows]}],
        "nodes": [
            {"name": f"{side}:{key}", "label": names.get(key, gone), "colour": _colour(key)}
            for side in ("from", "to")
            for key in sorted({move[side] for move in flows})
        ],
        "links": [
            {
                "source": f"from:{move['from']}",
                "target": f"to:{move['to']}",
                "value": move["customers"],
            }
            for move in flows
        ],
    }


def _colour(key: str) -> str:
    return NAMED[key].colour if key in NAMED else "#9ca3af"
