"""Memberships follow the rules, in full and for a batch, and a broken rule stops nobody else."""

import pytest
from django.conf import settings

from campaigns.models import Campaign
from customers.changes import Part
from customers.models import Profile, StaleMark
from journeys import lifecycle
from journeys.models import Stage
from segments import cost, fixed, membership, removal, rfm
from segments.models import Membership, Recheck, RfmScore, Segment
from tests import make

pytestmark = pytest.mark.django_db

REPEAT = {"field": "facts.order_count", "op": ">=", "value": 2}


def segment(shop, rule=REPEAT, **fields):
    return Segment.objects.create(shop=shop, rule=rule, **{"name": "S", "key": "s", **fields})


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


LATELY = {"field": "facts.last_order_at", "op": "less_than_days_ago", "value": 30}


def test_a_membership_keeps_why_it_began_and_ended_under_the_rule_of_that_time():
    shop = make.shop()
    repeat = segment(shop)
    ann = make.customer(shop)
    profile = make.profile(ann, order_count=2)
    membership.refresh(shop)
    profile.order_count = 1
    profile.save()

    membership.refresh(shop, [ann.pk])

    stay = Membership.objects.get(segment=repeat)
    assert stay.why == {"facts.order_count": 2}
    assert stay.left_why == {"facts.order_count": 1}
    assert repeat.rules.get(version=stay.version).rule == REPEAT


def test_a_new_rule_is_a_new_version():
    shop = make.shop()
    repeat = segment(shop)
    membership.refresh(shop)
    membership.refresh(shop)
    Segment.objects.filter(pk=repeat.pk).update(rule=LATELY)

    membership.refresh(shop)

    assert [kept.rule for kept in repeat.rules.order_by("version")] == [REPEAT, LATELY]


def test_a_rule_that_reads_nothing_that_changed_is_skipped():
    shop = make.shop()
    repeat = segment(shop)
    ann = make.customer(shop)
    make.profile(ann, order_count=2)

    assert membership.refresh(shop, [ann.pk], Part.TOUCHPOINTS | Part.CONSENT) == 0
    assert inside(repeat) == set()
    assert membership.refresh(shop, [ann.pk], Part.ORDERS) == 1
    assert inside(repeat) == {ann.pk}


def test_a_segment_of_segments_follows_those_it_asks_for():
    shop = make.shop()
    rest = segment(shop, key="rest", rule={"all": [{"segment": "s"}, {"not": {"segment": "not"}}]})
    segment(shop)
    hidden = segment(shop, key="not", rule={"field": "customer.country", "op": "is", "value": "DE"})
    ann, bob = make.customer(shop), make.customer(shop, country="DE")
    for customer in (ann, bob):
        make.profile(customer, order_count=2)

    membership.refresh(shop, [ann.pk, bob.pk], Part.ORDERS | Part.CUSTOMER)
    assert inside(rest) == {ann.pk}
    Profile.objects.filter(customer=ann).update(order_count=0)
    membership.refresh(shop, [ann.pk], Part.ORDERS)

    assert inside(rest) == set()
    assert inside(hidden) == {bob.pk}


def test_the_clock_alone_moves_customers_when_they_are_due():
    shop = make.shop()
    lately = segment(shop, rule=LATELY)
    ann, bob = make.customer(shop), make.customer(shop)
    make.profile(ann, last_order_at=make.days_ago(29.5))
    make.profile(bob, last_order_at=make.days_ago(3))
    membership.refresh(shop)
    assert [recheck.customer_id for recheck in Recheck.objects.all()] == [ann.pk]
    assert membership.recheck_due() == 0

    Profile.objects.filter(customer=ann).update(last_order_at=make.days_ago(30.1))
    Recheck.objects.update(due_at=make.days_ago(1))
    assert membership.recheck_due() == 1

    assert inside(lately) == {bob.pk}
    assert not Recheck.objects.exists()
    assert StaleMark.objects.filter(customer=ann).exists()
    assert membership.recheck_due() == 0


def test_the_clock_alone_makes_a_date_in_what_was_done_fit():
    shop = make.shop()
    ends = {"ends_at": {"op": "more_than_days_ago", "value": 1, "as": "date"}}
    over = segment(shop, rule={"did": {"touchpoint": "trial.started", "where": ends}})
    ann, bob, cleo = (make.customer(shop) for _ in range(3))
    for who, days in ((ann, 0.7), (bob, 3), (cleo, -40)):
        told = {"ends_at": make.days_ago(days).isoformat()}
        make.touchpoint(who, kind="trial.started", data=told)
    for customers in (None, [ann.pk, bob.pk, cleo.pk]):
        membership.refresh(shop, customers)

        assert inside(over) == {bob.pk}
        (recheck,) = Recheck.objects.all()  # within a day, so before the next full refresh
        assert recheck.customer_id == ann.pk


def test_a_statement_that_takes_too_long_is_told_and_stops_nobody_else(monkeypatch):
    shop = make.shop()
    slow, fine = segment(shop, key="slow"), segment(shop)
    ann = make.customer(shop)
    make.profile(ann, order_count=2)
    sleepy = ("number", "(SELECT 2 FROM pg_sleep(1))", "Sleepy")
    monkeypatch.setitem(settings.RULE_FIELDS, "facts.sleepy", sleepy)
    rule = {"field": "facts.sleepy", "op": "=", "value": 2}
    Segment.objects.filter(pk=slow.pk).update(rule=rule)
    monkeypatch.setattr(membership, "BATCH_SECONDS", 0.2)

    assert membership.refresh(shop, [ann.pk]) == 1

    slow.refresh_from_db()
    assert slow.fault == "It took longer than 0.2 seconds."
    assert inside(fine) == {ann.pk}


def test_a_rule_that_would_hurt_is_refused_or_left_for_the_night(monkeypatch):
    shop = make.shop()
    costly = segment(shop)
    make.profile(make.customer(shop), order_count=2)

    monkeypatch.setattr(cost, "HEAVY", 0)
    assert not membership.fill(costly)
    costly.refresh_from_db()
    assert (costly.heavy, costly.member_count) == (True, 0)
    assert membership.refresh(shop) == 1
    monkeypatch.setattr(cost, "REFUSED", 0)
    assert membership.refresh(shop) == 0

    costly.refresh_from_db()
    assert "Narrow it down" in costly.fault


def test_a_file_fills_a_static_segment_and_says_which_lines_fit_nobody():
    shop = make.shop()
    listed = segment(shop, key="listed", kind="static", rule=None)
    ann, bob, _ = (make.customer(shop) for _ in range(3))
    stranger = make.customer(make.shop())

    told = f"Email,x\n{ann.email.upper()},1\nnobody@example.com,2\n,3\n{stranger.email},4\n"
    loaded = fixed.load(listed, told, file_name="a.csv")
    assert (loaded.rows, loaded.members, loaded.unknown_lines) == (4, 1, [3, 4, 5])
    again = fixed.load(listed, told, file_name="a.csv")
    assert (again.members, Membership.objects.count()) == (1, 1)
    fixed.load(listed, f"customer_id\n{bob.external_id}\n", file_name="b.csv")

    assert inside(listed) == {bob.pk}
    assert Membership.objects.get(customer=ann).left_why == {"file": "b.csv"}
    membership.refresh(shop)
    assert inside(listed) == {bob.pk}
    with pytest.raises(fixed.FileError, match="customer_id or email"):
        fixed.load(listed, "name\nAnn\n", file_name="c.csv")


def test_a_segment_that_is_used_is_not_deleted_and_says_by_what():
    shop = make.shop()
    used = segment(shop)
    segment(shop, key="user", name="User", rule={"not": {"segment": "s"}})
    Campaign.objects.create(
        shop=shop, name="Hello", key="hello", plan={"entry": {"segment": "s"}, "steps": []}
    )
    journey = lifecycle.create(shop)
    Stage.objects.filter(journey=journey, key="new").update(rule={"segment": "s"})

    with pytest.raises(
        removal.SegmentInUse, match=r"segment “User”, stage “New”, campaign “Hello”"
    ):
        removal.delete(used)

    Segment.objects.filter(key="user").delete()
    Campaign.objects.all().delete()
    journey.delete()
    removal.delete(used)
    assert not Segment.objects.exists()


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
