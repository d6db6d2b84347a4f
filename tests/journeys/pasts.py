"""Customers with a history, and the way they went on a journey."""

from datetime import timedelta

from django.utils.timezone import now

from journeys.models import StageVisit
from tests import make


def way(customer, journey):
    """Stage and the days ago at which it began, oldest first."""
    visits = StageVisit.objects.filter(customer=customer, journey=journey).order_by("entered_at")
    return [
        (visit.stage.key, round((now() - visit.entered_at) / timedelta(days=1)))
        for visit in visits.select_related("stage")
    ]


def bought(shop, *days, came=500, **fields):
    ann = make.customer(shop, created_at=make.days_ago(came), **fields)
    item = make.product(shop)
    for ago in days:
        make.order(ann, placed_at=make.days_ago(ago), lines=((item, 1, 1_000),))
    return ann
