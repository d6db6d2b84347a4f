"""Answers about a large shop's stays are kept for an hour: what takes seconds is asked once.

Everybody's figures come from daily sums and need no keeping. A full count, and with it every
back-fill, forgets what is kept.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from journeys.models import Journey, KeptAnswer
from shops.planned import planned

FOR = timedelta(hours=1)
LARGE = 100_000  # stays, as the database estimates them; fewer are asked anew each time
MEMORY = {"work_mem": "64MB"}  # a million stays are held once and joined, not on the disk
STAYS = "SELECT reltuples FROM pg_class WHERE oid = 'journeys_stagevisit'::regclass"


def rows(journey: Journey, statement: str, values: dict[str, Any]) -> list[Any]:
    """The statement's rows, of numbers and texts, in a large shop at most an hour old."""
    if not _is_large():
        return _fetched(statement, values)
    asked = _digest(statement, values)
    if answer := _held(journey, asked):
        return list(answer.rows)
    found = _fetched(statement, values)
    made = KeptAnswer(shop_id=journey.shop_id, journey=journey, asked=asked, rows=found)
    KeptAnswer.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["journey", "asked"],
        update_fields=["rows", "made_at"],
    )
    return found


def is_at_hand(journey: Journey, statement: str, values: dict[str, Any]) -> bool:
    """Whether the rows come at once: the shop is small, or they are kept."""
    return not _is_large() or _held(journey, _digest(statement, values)) is not None


def _is_large() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(STAYS)
        return bool(cursor.fetchone()[0] >= LARGE)


def _held(journey: Journey, asked: str) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(journey=journey, asked=asked, made_at__gt=now() - FOR).first()


def _digest(statement: str, values: dict[str, Any]) -> str:
    said = json.dumps([statement, values], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _fetched(statement: str, values: dict[str, Any]) -> list[Any]:
    with planned(MEMORY) as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
