"""Personas are segments whose keys and members stay from run to run."""

import pytest

from segments import personas
from segments.models import Clustering, Membership, Segment
from tests import make

pytestmark = pytest.mark.django_db


def buyers(shop, count, **facts):
    for number in range(count):
        make.profile(
            make.customer(shop),
            **{
                "order_count": facts["orders"] + number % 2,
                "revenue_cents": facts["revenue"] * (100 + number % 7),
                "product_count": facts["orders"] * 3,
                "last_order_at": make.days_ago(facts["days"] + number % 5),
            },
        )


@pytest.fixture
def shop():
    shop = make.shop()
    buyers(shop, 30, orders=1, revenue=20, days=200)
    buyers(shop, 30, orders=12, revenue=3000, days=5)
    buyers(shop, 30, orders=4, revenue=100, days=40)
    return shop


def members(shop):
    rows = Membership.objects.filter(shop=shop, left_at=None)
    return sorted(rows.values_list("segment__key", "customer_id"))


def test_every_buyer_is_in_exactly_one_persona_with_a_name_of_its_own(shop):
    clustering = personas.refresh(shop)
    assert clustering is not None

    segments = Segment.objects.filter(shop=shop, kind="persona")
    assert clustering.cluster_count == segments.count() >= 3
    assert len({segment.name for segment in segments}) == segments.count()
    assert "Best customers, recently here" in {segment.name for segment in segments}
    assert len(members(shop)) == len({customer for _, customer in members(shop)}) == 90
    assert sum(segment.member_count for segment in segments) == 90


def test_a_second_run_changes_nothing(shop):
    personas.refresh(shop)
    before = members(shop)

    personas.refresh(shop)

    assert members(shop) == before
    assert not Membership.objects.exclude(left_at=None).exists()
    assert Clustering.objects.filter(shop=shop).count() == 2


def test_keys_stay_when_buyers_are_added(shop):
    personas.refresh(shop)
    before = {customer: key for key, customer in members(shop)}
    buyers(shop, 10, orders=12, revenue=3000, days=5)

    personas.refresh(shop)

    after = {customer: key for key, customer in members(shop)}
    kept = sum(after[customer] == key for customer, key in before.items())
    assert kept / len(before) > 0.9


def test_too_few_buyers_make_no_personas():
    shop = make.shop()
    buyers(shop, personas.MINIMUM_BUYERS - 1, orders=1, revenue=20, days=3)

    assert personas.refresh(shop) is None
    assert not Segment.objects.filter(shop=shop).exists()


def test_buyers_who_are_all_alike_make_no_personas():
    shop = make.shop()
    moment = make.days_ago(3)
    for _ in range(personas.MINIMUM_BUYERS):
        make.profile(make.customer(shop), order_count=1, revenue_cents=999, last_order_at=moment)

    assert personas.refresh(shop) is None
