"""Facts are what the orders say, for one customer or for all by the same statement."""

import pytest

from customers import profiles
from customers.models import Profile
from tests import make

pytestmark = pytest.mark.django_db


def test_facts_are_net_of_cancellations_and_know_the_gaps():
    shop = make.shop()
    ann, mug, tea = make.customer(shop), make.product(shop), make.product(shop)
    make.order(ann, lines=((mug, 2, 500),), placed_at=make.days_ago(100))
    make.order(ann, lines=((mug, 1, 500), (tea, 3, 100)), placed_at=make.days_ago(60))
    make.order(ann, kind="cancellation", lines=((tea, -3, 100),), placed_at=make.days_ago(50))

    assert profiles.refresh(shop) == 1

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.cancellation_count, facts.item_count) == (2, 1, 6)
    assert (facts.revenue_cents, facts.average_order_cents) == (1500, 900)
    assert facts.returned_fraction == pytest.approx(300 / 1800)
    assert facts.last_gap_days == pytest.approx(40, abs=0.01)
    assert facts.favourites[0] == {"product_id": mug.pk, "title": mug.title, "times": 2}


def test_a_batch_gives_the_same_facts_as_everybody():
    shop = make.shop()
    customers = [make.customer(shop) for _ in range(3)]
    for customer in customers:
        make.order(customer, lines=((make.product(shop), 1, 100),))
        make.touchpoint(customer)
    profiles.refresh(shop)
    whole = list(Profile.objects.order_by("pk").values())
    Profile.objects.all().delete()

    for customer in customers:
        profiles.refresh(shop, [customer.pk])

    parts = list(Profile.objects.order_by("pk").values())
    assert [{**row, "refreshed_at": None} for row in parts] == [
        {**row, "refreshed_at": None} for row in whole
    ]


def test_a_customer_without_orders_has_a_profile_of_zeros():
    shop = make.shop()
    ann = make.customer(shop)

    profiles.refresh(shop, [ann.pk])

    facts = Profile.objects.get(customer=ann)
    assert (facts.order_count, facts.revenue_cents, facts.last_order_at) == (0, 0, None)


def test_another_shop_is_not_touched():
    ann = make.customer(make.shop())

    assert profiles.refresh(make.shop(), [ann.pk]) == 0
