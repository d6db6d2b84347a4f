"""Old deliveries go, a month at a time; what waits stays, and repeats stay harmless for longer."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from shops import partitions, retention
from shops.models import Delivery, DeliveryKey
from tests import make

pytestmark = pytest.mark.django_db


def delivery(days, **fields):
    at = now() - timedelta(days=days)
    defaults = {"message_id": f"m{next(make.numbers)}", "topic": "t", "body": b"{}"}
    return Delivery.objects.create(
        shop=make.shop(), received_at=at, **{**defaults, "digested_at": at, **fields}
    )


def test_a_month_that_is_over_is_dropped_and_a_younger_one_kept():
    partitions.ensure("shops_delivery", [now() - timedelta(days=200), now()])
    old, young = delivery(200), delivery(1)
    retention.forget_old(now())
    assert list(Delivery.objects.all()) == [young]
    retention.forget_old(now())
    assert old.pk


def test_a_month_in_which_something_waits_stays():
    partitions.ensure("shops_delivery", [now() - timedelta(days=200)])
    waiting = delivery(200, digested_at=None)
    retention.forget_old(now())
    assert list(Delivery.objects.all()) == [waiting]


def test_rows_without_a_month_of_their_own_go_too():
    delivery(200)
    retention.forget_old(now())
    assert not Delivery.objects.exists()


def test_the_key_outlives_its_delivery(settings):
    shop = make.shop()
    for days in (100, 200):
        at = now() - timedelta(days=days)
        DeliveryKey.objects.create(shop=shop, message_id=f"m{days}", answer="", received_at=at)
    retention.forget_old(now())
    assert list(DeliveryKey.objects.values_list("message_id", flat=True)) == ["m100"]
