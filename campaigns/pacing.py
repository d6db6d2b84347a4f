"""Mails to one domain leave no quicker than it takes them, and hold nobody else up.

Each limited domain is a line of slots, and so are all mails of a shop that warms its domain up. A
mail takes the next one, in two lines the later one: it leaves when that is now, else it is planned
for then and nobody charges it again. Only the coming minutes are given away, so that
a cancelled campaign leaves no long gap. The line is a row: it holds for all workers together.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

LATE_SECONDS = 10  # a slot that was missed by more is given up: a pause would end in a burst
REASON = "paced"

HOLD = """
SELECT id FROM campaigns_domainlimit WHERE shop_id IN (
    SELECT shop_id FROM campaigns_message WHERE id = ANY(%s))
ORDER BY id FOR UPDATE
"""
PACE = """
WITH line AS (
    SELECT m.id, l.id AS limit_id,
        greatest(l.next_at, now() + interval '1 second' / l.per_second
            - interval '1 second' * greatest(1, 1 / l.per_second))
        + (row_number() OVER (PARTITION BY l.id ORDER BY m.due_at, m.id) - 1)
        * interval '1 second' / l.per_second AS slot,
        now() + l.ahead_seconds * interval '1 second' AS given_until
    FROM campaigns_message m JOIN customers_customer c ON c.id = m.customer_id
    JOIN campaigns_domainlimit l ON l.shop_id = m.shop_id AND l.id = ANY(%(held)s)
        AND lower(l.domain) IN ('*', lower(split_part(c.email, '@', 2)))
    WHERE m.id = ANY(%(claimed)s) AND m.channel = 'email' AND NOT (m.reason = %(reason)s
        AND m.due_at > now() - %(late)s * interval '1 second')
), given AS (
    UPDATE campaigns_domainlimit l SET next_at = t.slot + interval '1 second' / l.per_second
    FROM (SELECT limit_id, max(slot) AS slot FROM line
        WHERE slot < given_until GROUP BY limit_id) t
    WHERE l.id = t.limit_id
), last AS (
    SELECT DISTINCT ON (id) id, slot, given_until FROM line ORDER BY id, slot DESC
)
UPDATE campaigns_message m SET
    due_at = least(last.slot, last.given_until),
    reason = CASE WHEN last.slot < last.given_until THEN %(reason)s ELSE '' END
FROM last WHERE m.id = last.id AND last.slot > now()
RETURNING m.id
"""


def pace(claimed: Sequence[int]) -> list[int]:
    """Those of these messages that may leave now; the others are planned for later.

    Belongs in the transaction that holds the messages.
    """
    known: dict[str, Any] = {"claimed": list(claimed), "reason": REASON, "late": LATE_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(claimed)])
        held = [pk for (pk,) in cursor.fetchall()]
        if not held:
            return list(claimed)
        cursor.execute(PACE, known | {"held": held})
        waiting = {pk for (pk,) in cursor.fetchall()}
    return [pk for pk in claimed if pk not in waiting]
