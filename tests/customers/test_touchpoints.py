"""The history is appended to once per source, and nobody who changed is forgotten."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from customers import touchpoints
from customers.models import StaleMark, Touchpoint
from shops import partitions
from tests import make

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def row(customer, source="test:1"):
    return touchpoints.Row(customer.shop_id, customer.pk, "product.viewed", source, WHEN)


@pytest.mark.django_db
def test_a_repeated_source_is_recorded_once_and_wakes_nobody():
    ann = make.customer(make.shop())
    assert touchpoints.record([row(ann), row(ann)]) == 1
    StaleMark.objects.all().delete()

    assert touchpoints.record([row(ann)]) == 0

    assert not StaleMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_touchpoint_that_arrives_while_the_customer_is_held_is_not_forgotten():
    ann = make.customer(make.shop())
    touchpoints.record([row(ann, "test:first")])
    held, recorded = threading.Event(), threading.Event()

    def record_meanwhile():
        held.wait(10)
        touchpoints.record([row(ann, "test:second")])
        connection.close()
        recorded.set()

    writer = threading.Thread(target=record_meanwhile)
    writer.start()
    with transaction.atomic():
        StaleMark.objects.get(customer=ann).delete()
        held.set()
        assert not recorded.wait(0.5)  # it waits for us, and is not lost
    writer.join(10)

    assert StaleMark.objects.filter(customer=ann).exists()
    assert Touchpoint.objects.filter(customer=ann).count() == 2


@pytest.mark.django_db
def test_rows_of_an_unprepared_month_move_when_the_month_is_prepared():
    ann = make.customer(make.shop())
    old = datetime(2001, 2, 3, tzinfo=UTC)
    touchpoints.record([touchpoints.Row(ann.shop_id, ann.pk, "product.viewed", "test:old", old)])

    partitions.ensure("customers_touchpoint", [old])
    partitions.ensure("customers_touchpoint", [old])

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM customers_touchpoint")
        assert cursor.fetchall() == [("customers_touchpoint_2001_02",)]
    assert touchpoints.record(
        [touchpoints.Row(ann.shop_id, ann.pk, "product.viewed", "test:old", old)]
    ) == 0  # fmt: skip
