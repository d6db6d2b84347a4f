"""Figures about a journey, for pages and the API."""

from dataclasses import dataclass

from django.db.models import Count, Q

from journeys.models import Journey, Stage


@dataclass(frozen=True)
class StageCount:
    """A stage and how many customers are at it now."""

    stage: Stage
    customer_count: int


def stage_counts(journey: Journey) -> list[StageCount]:
    """The customers at each stage, in the order of the map."""
    stages = journey.stages.order_by("position").annotate(
        here=Count("visits", filter=Q(visits__left_at=None))
    )
    return [StageCount(stage, stage.here) for stage in stages]
