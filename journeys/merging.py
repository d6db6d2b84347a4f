"""Who is merged into somebody else stands on no map; who is taken out again is back in place."""

from typing import Any

from django.utils.timezone import now

from customers.merge_models import Merge
from journeys.models import StageVisit


def merge(record: Merge) -> dict[str, Any]:
    """End the merged customer's visits; returns which ones."""
    visits = StageVisit.objects.filter(customer=record.merged, left_at=None)
    ended = list(visits.values_list("pk", flat=True))
    visits.update(left_at=now())
    return {"visits": ended}


def undo(record: Merge, survivor: int, moved: dict[str, Any]) -> None:
    """Open the visits again that the merge ended."""
    for visit in StageVisit.objects.filter(pk__in=moved["visits"]):
        still = StageVisit.objects.filter(
            customer=visit.customer_id, journey=visit.journey_id, left_at=None
        )
        if not still.exists():
            StageVisit.objects.filter(pk=visit.pk).update(left_at=None)
