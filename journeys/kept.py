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

FOR = timedelta(hours=1)
LARGE = 100_000  # stays, as the database estimates them; fewer are asked anew each time
STAYS = "SELECT reltuples FROM pg_class WHERE oid = 'journeys_stagevisit'::regclass"


def rows(journey: Journey, statement: str, values: dict[str, Any]) -> list[Any]:
    """The statement's rows, of numbers and texts, in a large shop at most an hour old."""
    asked = hashlib.sha256(
        json.dumps([statement, values], sort_keys=True, default=str).encode()
    ).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(STAYS)
        is_large = cursor.fetchone()[0] >= LARGE
        if is_large:
            held = KeptAnswer.objects.filter(journey=journey, asked=asked, made_at__gt=now() - FOR)
            if answer := held.first():
                return list(answer.rows)
        cursor.execute(statement, values)
        found = cursor.fetchall()
    if is_large:
        made = KeptAnswer(shop_id=journey.shop_id, journey=journey, asked=asked, rows=found)
        KeptAnswer.objects.bulk_create(
            [made],
            update_conflicts=True,
            unique_fields=["journey", "asked"],
            update_fields=["rows", "made_at"],
        )
    return found
