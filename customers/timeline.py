"""A customer's history page by page, narrowed by what happened, who told of it, and when.

Pages follow the index on (customer, time) from the last row seen, so that the hundredth costs what
the first one does, however long the history is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode

from customers.models import Customer, Touchpoint

PAGE_ROWS = 30
LOOKED_AT = 5_000  # newest touchpoints, for the kinds and sources that are offered

OFFERED = """
SELECT DISTINCT kind, split_part(source, ':', 1) FROM (
    SELECT kind, source FROM customers_touchpoint WHERE customer_id = %s
    ORDER BY occurred_at DESC LIMIT %s) AS newest
"""


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see; empty means all. `before` is the last row seen."""

    kind: str = ""
    source: str = ""
    since: date | None = None
    until: date | None = None
    before: tuple[datetime, int] | None = None

    @property
    def narrows(self) -> bool:
        return bool(self.kind or self.source or self.since or self.until)


@dataclass(frozen=True)
class Timeline:
    """One page of the history; `older` is the query of the next one, empty at the end."""

    rows: list[Touchpoint]
    asked: Asked
    older: str
    kinds: list[str]
    sources: list[str]


def read(query: Any) -> Asked:
    """What a page's query asks for; parts that cannot be read ask for nothing."""
    at, _, pk = str(query.get("before", "")).rpartition("~")
    moment = _moment(at) if pk.isdigit() and len(pk) < 19 else None
    return Asked(
        kind=_text(query, "kind"),
        source=_text(query, "source"),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        before=(moment, int(pk)) if moment else None,
    )


def page(customer: Customer, asked: Asked) -> Timeline:
    """The newest rows that fit, older than the last one seen."""
    rows = list(_fitting(customer, asked)[: PAGE_ROWS + 1])
    shown = rows[:PAGE_ROWS]
    kinds, sources = _offered(customer)
    return Timeline(
        rows=shown,
        asked=asked,
        older=_query(asked, shown[-1]) if len(rows) > PAGE_ROWS else "",
        kinds=sorted({*kinds, *filter(None, [asked.kind])}),
        sources=sorted({*sources, *filter(None, [asked.source])}),
    )


def _fitting(customer: Customer, asked: Asked) -> QuerySet[Touchpoint]:
    rows = Touchpoint.objects.filter(customer=customer)
    zone = ZoneInfo(customer.shop.timezone)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.source:
        rows = rows.filter(Q(source=asked.source) | Q(source__startswith=f"{asked.source}:"))
    if asked.since:
        rows = rows.filter(occurred_at__gte=datetime.combine(asked.since, time(), zone))
    if asked.until:
        after = datetime.combine(asked.until + timedelta(days=1), time(), zone)
        rows = rows.filter(occurred_at__lt=after)
    if asked.before:
        at, pk = asked.before
        # The first condition alone finds the place in the index.
        rows = rows.filter(Q(occurred_at__lte=at) & (Q(occurred_at__lt=at) | Q(pk__lt=pk)))
    return rows.order_by("-occurred_at", "-pk")


def _offered(customer: Customer) -> tuple[set[str], set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(OFFERED, [customer.pk, LOOKED_AT])
        found = cursor.fetchall()
    return {kind for kind, _ in found}, {source for _, source in found}


def _query(asked: Asked, last: Touchpoint) -> str:
    said = {
        "kind": asked.kind,
        "source": asked.source,
        "since": asked.since or "",
        "until": asked.until or "",
        "before": f"{last.occurred_at.isoformat()}~{last.pk}",
    }
    return urlencode({name: str(value) for name, value in said.items() if value})


def _text(query: Any, name: str) -> str:
    return str(query.get(name, "")).replace("\x00", "")[:120]


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    # The first and the last year have days that no zone can express.
    return found if found and 1 < found.year < 9999 else None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
