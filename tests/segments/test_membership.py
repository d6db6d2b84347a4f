"""Memberships follow the rules, in full and for a batch, and a broken rule stops nobody else."""

import pytest

from customers.models import Profile
from segments import membership, rfm
from segments.models import Membership, RfmScore, Segment
from tests import make

pytestmark = pytest.mark.django_db

REPEAT = {"field": "facts.order_count", "op": ">=", "value": 2}


def segment(shop, rule=REPEAT, **fields):
    return Segment.objects.create(shop=shop, name="S", rule=rule, **{"key": "s", **fields})


def inside(segment):
    return set(segment.memberships.filter(left_at=None).values_list("customer_id", flat=True))


def test_customers_enter_leave_and_come_back_with_a_history():
    shop = make.shop()
    repeat = segment(shop)
    ann = make.customer(shop)
    profile = make.profile(ann, order_count=2)

    membership.refresh(shop)
    assert inside(repeat) == {ann.pk}
    profile.order_count = 1
    profile.save()
    membership.refresh(shop, [ann.pk])
    assert inside(repeat) == set()
    profile.order_count = 3
    profile.save()
    membership.refresh(shop)
    membership.refresh(shop)

    assert inside(repeat) == {ann.pk}
    assert Membership.objects.filter(customer=ann).count() == 2
    repeat.refresh_from_db()
    assert repeat.member_count == 1


def test_a_batch_leaves_the_others_alone():
    shop = make.shop()
    repeat = segment(shop)
    ann, bob = make.customer(shop), make.customer(shop)
    for customer in (ann, bob):
        make.profile(customer, order_count=2)
    membership.refresh(shop)
    Profile.objects.update(order_count=0)

    membership.refresh(shop, [ann.pk])

    assert inside(repeat) == {bob.pk}


def test_another_shops_customers_never_enter():
    shop = make.shop()
    repeat = segment(shop)
    stranger = make.customer(make.shop())
    make.profile(stranger, order_count=5)

    membership.refresh(shop)
    membership.refresh(shop, [stranger.pk])

    assert inside(repeat) == set()


def test_a_rule_that_does_not_compile_says_so_until_it_is_mended():
    shop = make.shop()
    broken = segment(shop, rule={"field": "gone", "op": "="}, key="broken")
    fine = segment(shop)
    ann = make.customer(shop)
    make.profile(ann, order_count=2)

    assert membership.refresh(shop) == 1
    broken.refresh_from_db()
    assert broken.fault.startswith("field:")
    assert inside(fine) == {ann.pk}
    Segment.objects.filter(pk=broken.pk).update(rule=REPEAT)
    membership.refresh(shop)

    broken.refresh_from_db()
    assert (broken.fault, broken.member_count) == ("", 1)


def test_rfm_scores_are_quintiles_with_ties_treated_alike():
    shop = make.shop()
    for number in range(10):
        make.profile(
            make.customer(shop),
            order_count=1 if number < 5 else number,
            revenue_cents=number * 100,
            last_order_at=make.days_ago(100 - number * 10),
        )
    make.profile(make.customer(shop), order_count=0)

    assert rfm.refresh(shop) == 10
    assert rfm.refresh(shop) == 0

    scores = list(RfmScore.objects.order_by("customer_id"))
    assert [s.monetary for s in scores] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [s.recency for s in scores] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert len({s.frequency for s in scores[:5]}) == 1


def test_a_buyer_whose_orders_vanish_loses_the_score():
    shop = make.shop()
    profile = make.profile(make.customer(shop), order_count=1, last_order_at=make.days_ago(1))
    rfm.refresh(shop)
    profile.order_count = 0
    profile.save()

    rfm.refresh(shop)

    assert not RfmScore.objects.exists()
