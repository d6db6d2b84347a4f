"""What was computed of a merged customer is taken out, and put back when the merge is undone."""

from typing import Any

from customers.merge_models import Merge
from insights.prediction_models import Score
from insights.recommendation_models import RecommendationList
from shops import kept

COMPUTED = (Score, RecommendationList)


def merge(record: Merge) -> dict[str, Any]:
    """Take out scores and recommendations; the survivor gets theirs anew."""
    return {model.__name__: kept.take(model, record.merged_id) for model in COMPUTED}


def undo(record: Merge, survivor: int, moved: dict[str, Any]) -> None:
    """Put them back as they were."""
    for model in COMPUTED:
        kept.put_back(model, moved.get(model.__name__, []))
