"""The past of a journey: what its rules would have said, moment by moment."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils.timezone import now

from customers import profiles
from customers.models import Profile
from journeys import back_dating, backfill, library, lifecycle, ready_made, stages
from journeys.models import Journey, Stage, StageVisit
from segments import rules
from tests import make
from tests.journeys.pasts import bought, way

OTHER = replace(lifecycle.LIFECYCLE, key="the-same")


@pytest.mark.django_db
def test_a_past_filled_before_anybody_was_placed_is_the_same_as_one_filled_after():
    shop = make.shop()
    early, late = (ready_made.create(shop, each) for each in (lifecycle.LIFECYCLE, OTHER))
    ann, bob = bought(shop, 400, 390, 100), bought(shop, 5)
    profiles.refresh(shop)
    stages.place_on(late)

    for again in (False, True, False):
        backfill.fill(early, afresh=again)
        backfill.fill(late, afresh=again)
        for each in (ann, bob):
            assert way(each, early) == way(each, late)
            (lasting,) = StageVisit.objects.filter(customer=each, journey=early, left_at=None)
            assert lasting.why["rule"] == lasting.stage.rule
    assert StageVisit.objects.filter(journey=early).count() == 10


@pytest.mark.django_db
def test_a_customers_past_follows_from_orders_and_the_clock():
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 400, 390, 100)
    profiles.refresh(shop)

    backfill.fill(journey)

    assert way(ann, journey) == [
        ("prospect", 500),
        ("new", 400),
        ("active", 390),
        ("at_risk", 300),  # 90 days after the order
        ("lost", 210),
        ("won_back", 100),
        ("active", 40),  # 60 days later
        ("at_risk", 10),
    ]
    visits = list(StageVisit.objects.filter(customer=ann).order_by("entered_at"))
    for before, after in pairwise(visits):
        assert (before.left_at, before.left_to) == (after.entered_at, after.stage)
        assert after.came_from == before.stage
    assert (visits[-1].left_at, visits[0].came_from) == (None, None)


@pytest.mark.django_db
def test_filling_twice_changes_nothing_and_the_lasting_stay_keeps_its_id():
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 100, 20)
    profiles.refresh(shop)
    stages.place(shop)
    lasting = StageVisit.objects.get(customer=ann, left_at=None)
    recorded_at = lasting.entered_at

    backfill.fill(journey)
    first = way(ann, journey)
    backfill.fill(journey)

    assert way(ann, journey) == first
    lasting.refresh_from_db()
    assert lasting.left_at is None
    assert lasting.why["recorded_at"] is not None
    assert lasting.entered_at < recorded_at


@pytest.mark.django_db
def test_what_was_recorded_stays_unless_it_is_worked_out_afresh():
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 30)
    profiles.refresh(shop)
    stages.place(shop)
    bought_since = Stage.objects.get(journey=journey, key="active")
    StageVisit.objects.filter(customer=ann).update(entered_at=make.days_ago(3))
    make.order(ann, placed_at=make.days_ago(10), lines=((make.product(shop), 1, 500),))
    profiles.refresh(shop)

    backfill.fill(journey)
    assert way(ann, journey) == [
        ("prospect", 500), ("new", 30), ("active", 10), ("new", 3), ("active", 0)
    ]  # fmt: skip

    backfill.fill(journey, afresh=True)
    assert way(ann, journey) == [("prospect", 500), ("new", 30), ("active", 10)]
    assert StageVisit.objects.get(customer=ann, left_at=None).stage == bought_since


@pytest.mark.django_db
def test_the_facts_of_then_are_those_of_the_profile_as_of_now():
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 300, 200, 170, 20)
    item = make.product(shop)
    make.order(ann, kind="cancellation", placed_at=make.days_ago(150), lines=((item, -1, 400),))
    make.order(ann, kind="draft", placed_at=make.days_ago(10), lines=((item, 1, 99),))
    make.order(ann, currency="JPY", placed_at=make.days_ago(5), lines=((item, 1, 7),))
    profiles.refresh(shop)
    profile = Profile.objects.get(customer=ann)
    counted = ("order_count", "cancellation_count", "revenue_cents", "returned_cents")
    exact = [
        {"field": f"facts.{name}", "op": "=", "value": getattr(profile, name)} for name in counted
    ]
    close = [
        {"field": f"facts.{name}", "op": "between", "value": [value * 0.9999, value * 1.0001]}
        for name in ("returned_fraction", "average_order_cents", "last_gap_days", "mean_gap_days")
        if (value := float(getattr(profile, name)))
    ]
    assert len(close) == 4
    Stage.objects.filter(journey=journey, key="won_back").update(rule={"all": [*exact, *close]})

    backfill.fill(journey)

    assert way(ann, journey)[-1] == ("won_back", 5)


@pytest.mark.django_db
def test_deeds_are_asked_as_of_then():
    shop = make.shop()
    journey = ready_made.create(shop, library.SUBSCRIPTION)
    ann = bought(shop, came=200)
    for kind, ago in (("started", 100), ("renewed", 70), ("cancelled", 50), ("started", 10)):
        make.touchpoint(ann, kind=f"subscription.{kind}", occurred_at=make.days_ago(ago))
    profiles.refresh(shop)

    backfill.fill(journey)

    assert way(ann, journey) == [
        ("not-yet", 200),
        ("first-term", 100),
        ("renewing", 70),
        ("cancelled", 50),
        ("renewing", 10),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("ready", library.ALL, ids=lambda ready: ready.key)
def test_every_ready_made_journey_has_a_past_and_ends_where_everybody_stands(ready):
    shop = make.shop()
    journey = ready_made.create(shop, ready)
    assert ready_made.create(shop, ready) == journey
    customers = [bought(shop, *days) for days in ((), (400,), (120,), (60,), (20, 5), (200, 3))]
    profiles.refresh(shop)
    stages.place(shop)
    assert not journey.stages.exclude(fault="").exists()
    standing = [StageVisit.objects.filter(customer=c, left_at=None).first() for c in customers]

    backfill.fill(journey, afresh=True)

    after = [StageVisit.objects.filter(customer=c, left_at=None).first() for c in customers]
    assert after == standing
    recent = StageVisit.objects.filter(entered_at__gte=now() - timedelta(days=1))
    assert not recent.exists()


@pytest.mark.django_db
def test_a_stage_that_asks_for_todays_knowledge_has_no_past_and_says_why():
    shop = make.shop()
    journey = lifecycle.create(shop)
    rule = {"field": "scores.churn_90d", "op": ">", "value": 0.5}
    Stage.objects.filter(journey=journey, key="at_risk").update(rule=rule)
    ann = bought(shop, 120)
    profiles.refresh(shop)

    backfill.fill(journey)

    assert [key for key, _ in way(ann, journey)] == ["prospect", "new"]
    ((stage, reasons),) = backfill.without_past(journey)
    assert (stage.key, reasons) == ("at_risk", ["scores.churn_90d as it was then"])
    with pytest.raises(backfill.NoPast, match="'At risk' has no past"):
        backfill.fill(journey, afresh=True)


def test_what_stands_in_the_way_of_a_past():
    asked = back_dating.obstacles
    assert asked({"segment": "vip"}) == ["who was in the segment vip then"]
    assert asked({"not": {"field": "rfm.group", "op": "=", "value": "champions"}}) != []
    assert asked({"field": "facts.last_order_at", "op": "in_period", "value": "today"}) != []
    assert asked({"field": "facts.revenue_cents", "op": "in_top_percent", "value": 10}) != []
    assert asked({"field": "facts.order_count", "op": ">", "value": 1}) == []
    france = {"field": "customer.country", "op": "=", "value": "FR"}
    assert asked(france) == []
    assert back_dating.taken_as_today({"any": [france]}) == ["customer.country"]


@pytest.mark.django_db
def test_a_past_is_filled_when_it_was_asked_for_and_a_fault_is_seen():
    shop = make.shop()
    journey = lifecycle.create(shop)
    backfill.ask(journey)
    assert backfill.fill_asked() == 1
    assert backfill.fill_asked() == 0
    journey.refresh_from_db()
    assert journey.filled_at is not None

    Stage.objects.filter(journey=journey, key="new").update(rule={"segment": "gone"})
    backfill.ask(journey, afresh=True)
    assert backfill.fill_asked() == 0
    journey.refresh_from_db()
    assert "gone" in journey.fill_fault
    assert journey.fill_asked_at is None


@pytest.mark.django_db
def test_a_fill_that_dies_leaves_what_was(monkeypatch):
    shop = make.shop()
    journey = lifecycle.create(shop)
    ann = bought(shop, 100, 20)
    profiles.refresh(shop)
    backfill.fill(journey)
    before = way(ann, journey)
    monkeypatch.setattr(backfill.sql, "ENDED", "SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        backfill.fill(journey)

    assert not connection.needs_rollback
    assert way(ann, journey) == before


@pytest.mark.django_db
def test_another_shops_customers_get_no_past():
    shop, other = make.shop(), make.shop()
    journey = lifecycle.create(shop)
    bought(other, 20)

    backfill.fill(journey)

    assert not StageVisit.objects.exists()


@pytest.mark.django_db
def test_whom_the_exit_rule_matches_is_not_there():
    shop = make.shop()
    journey = lifecycle.create(shop)
    many = {"field": "facts.revenue_cents", "op": ">", "value": 100_000}
    Stage.objects.filter(journey=journey, key="new").update(exit_rule=many)
    ann, bob = make.customer(shop), make.customer(shop)
    for customer, cents in ((ann, 500), (bob, 200_000)):
        make.profile(customer, order_count=1, last_order_at=now(), revenue_cents=cents)

    stages.place(shop)

    assert [key for key, _ in way(ann, journey)] == ["new"]
    assert way(bob, journey) == []
    assert rules.compile(journey.stages.get(key="new").whole_rule, shop=shop)
    assert Journey.objects.count() == 1
