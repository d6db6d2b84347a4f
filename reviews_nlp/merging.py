"""A review belongs to whom its touchpoint belongs, before a merge, after it, and undone."""

from typing import Any

from django.db import connection

from customers.merge_models import Merge

FOLLOW = """
UPDATE reviews_nlp_review r SET customer_id = t.customer_id FROM customers_touchpoint t
WHERE r.customer_id = ANY(%(people)s) AND t.shop_id = r.shop_id AND t.source = r.source
AND t.occurred_at = r.written_at AND t.customer_id IS DISTINCT FROM r.customer_id
"""


def merge(record: Merge) -> dict[str, Any]:
    """Let the merged customer's reviews follow their touchpoints."""
    _follow([record.survivor_id, record.merged_id])
    return {}


def undo(record: Merge, survivor: int, moved: dict[str, Any]) -> None:
    """The same the other way round."""
    _follow([survivor, record.merged_id])


def _follow(people: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"people": people})
