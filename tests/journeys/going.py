"""Stays on a journey, written as a marketer would tell them."""

from datetime import timedelta

from journeys import counting, lifecycle
from journeys.models import StageVisit
from journeys.transitions import Period
from tests import make


def went(customer, *stays, journey=None):
    """Stays as (stage key, days ago it began); each ends where the next begins. A key of "" is off
    the map."""
    journey = journey or lifecycle.create(customer.shop)
    stages = {stage.key: stage for stage in journey.stages.all()}
    before = None
    for place, (key, days) in enumerate(stays):
        following = stays[place + 1] if place + 1 < len(stays) else None
        if key:
            StageVisit.objects.create(
                shop=customer.shop,
                journey=journey,
                stage=stages[key],
                customer=customer,
                entered_at=make.days_ago(days),
                left_at=make.days_ago(following[1]) if following else None,
                came_from=before,
                left_to=stages.get(following[0]) if following else None,
            )
        before = stages.get(key)
    return journey


def last(shop, days):
    """The days up to and with today."""
    end = counting.today(shop) + timedelta(days=1)
    return Period(end - timedelta(days=days), end)
