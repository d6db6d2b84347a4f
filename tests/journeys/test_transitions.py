"""The measured journey: counts, rates, times, drop-off; from sums and from stays alike."""

import pytest
from django.db import connection

from customers import profiles
from journeys import counting, kept, lifecycle, met, rates, stages, transitions
from journeys.models import DailyMove, Journey, KeptAnswer, StageVisit
from journeys.transitions import measure
from journeys.whose import Whose
from segments.models import Membership, Segment
from tests import make
from tests.journeys.going import last, went


def a_shop():
    """Ten who became new 20 days ago: six became active after 5 days, two were lost after 10."""
    shop = make.shop(timezone="UTC")
    journey = lifecycle.create(shop)
    customers = [make.customer(shop) for _ in range(10)]
    for number, customer in enumerate(customers):
        then = [("active", 15)] if number < 6 else [("at_risk", 10)] if number < 8 else []
        went(customer, ("new", 20), *then)
    counting.count(journey)
    return shop, journey, customers


@pytest.mark.django_db
def test_moves_are_counted_among_the_stays_that_could_have_ended_so():
    shop, journey, _ = a_shop()

    measured = measure(journey, last(shop, 30))

    edge = measured.edge("edge:new..active")
    assert (edge.moves, edge.rate.of, edge.rate.value) == (6, 10, 0.6)
    assert edge.rate.low == pytest.approx(0.3127, abs=1e-4)  # Wilson's, by hand
    assert edge.rate.high == pytest.approx(0.8318, abs=1e-4)
    assert edge.stay
    assert edge.stay.median == pytest.approx(5.5)
    new = measured.standing("stage:new")
    assert (new.at_start, new.entered, new.left, new.at_end) == (0, 10, 8, 2)
    assert (new.dropped, new.drop_off.value) == (2, 0.2)
    assert new.customer_days == 10 * 21 - 6 * 16 - 2 * 11
    assert measured.edge("edge:..new").moves == 10


@pytest.mark.django_db
def test_who_stood_there_before_the_period_counts_as_able_to_move():
    shop, journey, _ = a_shop()

    measured = measure(journey, last(shop, 13))

    new = measured.standing("stage:new")
    assert (new.at_start, new.entered, new.left) == (4, 0, 2)
    assert measured.edge("edge:new..at_risk").rate.of == 4
    assert "edge:new..active" not in [edge.id for edge in measured.edges]


@pytest.mark.django_db
def test_some_customers_are_measured_from_their_stays_as_everybody_is_from_sums():
    shop, journey, customers = a_shop()
    every = Segment.objects.create(shop=shop, name="All", key="all", rule={})
    two = Segment.objects.create(shop=shop, name="Two", key="two", rule={})
    for segment, some in ((every, customers), (two, customers[5:7])):
        for customer in some:
            Membership.objects.create(shop=shop, segment=segment, customer=customer)
    period = last(shop, 30)

    measured = measure(journey, period, Whose(segment="all"))
    assert measured.edges == measure(journey, period).edges
    assert [vars(s) for s in measured.standings] == [
        vars(s) for s in measure(journey, period).standings
    ]

    few = measure(journey, period, Whose(segment="two"))
    assert [(edge.id, edge.moves) for edge in few.edges] == [
        ("edge:..new", 2),
        ("edge:new..active", 1),
        ("edge:new..at_risk", 1),
    ]


@pytest.mark.django_db
def test_source_first_touchpoint_channel_and_product_narrow_the_map():
    shop, journey, customers = a_shop()
    mug = make.product(shop, external_id="mug")
    make.profile(customers[0], first_source="newsletter")
    make.order(customers[1], lines=((mug, 1, 500),))
    make.touchpoint(customers[2], kind="page.viewed", occurred_at=make.days_ago(21))
    make.touchpoint(customers[2], kind="cart.updated", occurred_at=make.days_ago(20))
    profiles.refresh(shop, [customers[2].pk])
    make.touchpoint(customers[3], kind="message.sent", data={"channel": "sms"})
    period = last(shop, 30)

    narrowed = {"source": "newsletter", "product": "mug", "first": "page.viewed", "channel": "sms"}
    for name, value in narrowed.items():
        whose = Whose(**{name: value})
        assert measure(journey, period, whose).edge("edge:new..active").moves == 1
    both = Whose(product="mug", source="newsletter")
    assert measure(journey, period, both).edges == ()
    assert measure(journey, period, Whose(first="cart.updated")).edges == ()
    assert measure(journey, period, Whose(channel="email")).edges == ()


@pytest.mark.django_db
def test_a_large_shop_measures_some_customers_once_an_hour_and_anew_after_a_full_count(monkeypatch):
    monkeypatch.setattr(kept, "LARGE", -1)
    shop, journey, customers = a_shop()
    vip = Segment.objects.create(shop=shop, name="VIP", key="vip", rule={})
    Membership.objects.create(shop=shop, segment=vip, customer=customers[0])
    period, whose = last(shop, 30), Whose(segment="vip")

    def moves():
        return measure(journey, period, whose).edge("edge:new..active").moves

    assert (moves(), moves()) == (1, 1)
    Membership.objects.create(shop=shop, segment=vip, customer=customers[1])
    assert moves() == 1
    KeptAnswer.objects.update(made_at=make.days_ago(0.05))
    assert moves() == 2
    Membership.objects.create(shop=shop, segment=vip, customer=customers[2])
    counting.count(journey, full=True)
    assert moves() == 3
    new, active = journey.stages.order_by("position")[1:3]
    assert met.on_edge(journey, new, active, period, whose) == []


@pytest.mark.django_db
def test_another_shops_segment_of_the_same_key_narrows_nothing_in():
    shop, journey, customers = a_shop()
    theirs = Segment.objects.create(shop=make.shop(), name="VIP", key="vip", rule={})
    Membership.objects.create(shop=theirs.shop, segment=theirs, customer=customers[0])

    assert measure(journey, last(shop, 30), Whose(segment="vip")).edges == ()


@pytest.mark.django_db
def test_counting_again_changes_nothing_and_a_new_day_adds_its_moves():
    shop, journey, customers = a_shop()
    before = list(DailyMove.objects.order_by("id").values_list("day", "move_count"))
    counting.count(journey)
    counting.count(journey, full=True)
    assert sorted(before) == sorted(DailyMove.objects.values_list("day", "move_count"))

    StageVisit.objects.filter(customer=customers[9]).update(
        left_at=make.days_ago(0), left_to=journey.stages.get(key="lost")
    )
    counting.count(journey)
    assert measure(journey, last(shop, 30)).edge("edge:new..lost").moves == 1


@pytest.mark.django_db
def test_an_erased_customer_is_gone_from_the_sums_after_the_full_count():
    shop, journey, customers = a_shop()
    customers[0].delete()

    counting.count_all(full=True)

    assert measure(journey, last(shop, 30)).edge("edge:new..active").moves == 5


@pytest.mark.django_db
def test_stays_at_a_stage_deleted_while_somebody_was_placed_there_are_forgotten():
    shop, journey, _ = a_shop()
    StageVisit.objects.filter(stage__key="active").update(stage_id=2_000_000)

    counting.count_all(full=True)

    assert not StageVisit.objects.filter(stage_id=2_000_000).exists()
    assert measure(journey, last(shop, 30)).edge("edge:new..active").moves == 6


@pytest.mark.django_db
def test_an_order_counts_where_it_was_placed():
    shop = make.shop(timezone="UTC", currency="EUR")
    ann = make.customer(shop)
    journey = went(ann, ("prospect", 30), ("new", 10))
    item = make.product(shop)
    make.order(ann, placed_at=make.days_ago(10.001), lines=((item, 1, 900),))
    make.order(ann, placed_at=make.days_ago(3), lines=((item, 1, 100),))
    make.order(ann, placed_at=make.days_ago(2), currency="USD", lines=((item, 1, 7),))
    counting.count(journey)

    found = measure(journey, last(shop, 60))

    prospect, new = found.standing("stage:prospect"), found.standing("stage:new")
    assert (prospect.revenue_cents, prospect.order_count) == (900, 1)
    assert (new.revenue_cents, new.order_count) == (100, 1)


@pytest.mark.django_db
def test_placing_records_where_customers_came_from_and_went():
    shop = make.shop(timezone="UTC")
    journey = lifecycle.create(shop)
    ann = make.customer(shop)
    profile = make.profile(ann, order_count=1, last_order_at=make.days_ago(1))
    stages.place(shop)
    profile.order_count = 2
    profile.save()
    stages.place(shop)
    counting.count(journey)

    edges = measure(journey, last(shop, 1)).edges

    assert [(edge.id, edge.moves) for edge in edges] == [("edge:..new", 1), ("edge:new..active", 1)]


@pytest.mark.django_db
def test_two_periods_differ_clearly_or_not():
    shop = make.shop(timezone="UTC")
    journey = lifecycle.create(shop)
    for number in range(200):
        went(make.customer(shop), ("new", 25), *([("active", 20)] if number < 160 else []))
        went(make.customer(shop), ("new", 55), *([("lost", 50)] if number < 170 else []))
    counting.count(journey)
    period = last(shop, 30)
    former = transitions.Period(period.start - (period.end - period.start), period.start)

    changes = transitions.compare(measure(journey, period), measure(journey, former))

    change = next(change for change in changes if change.now.id == "edge:new..active")
    assert change.before.moves == 0
    assert change.difference.clear
    assert change.difference.low > 0.5
    lost = next(change for change in changes if change.now.id == "edge:new..lost")
    assert lost.difference.high < 0


def test_newcombes_interval():
    """Example (a) of his paper, method 10: 56/70 less 48/80."""
    found = rates.difference(rates.rate(56, 70), rates.rate(48, 80))

    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


@pytest.mark.django_db
def test_the_worst_drop_is_the_one_that_surely_costs_most():
    shop = make.shop(timezone="UTC")
    journey = lifecycle.create(shop)
    for number in range(60):
        went(make.customer(shop), ("new", 25), *([("at_risk", 5)] if number < 30 else []))
        went(make.customer(shop), ("at_risk", 25), ("lost", 5))
    went(make.customer(shop), ("loyal", 25), ("lost", 5))
    counting.count(journey)

    worst = measure(journey, last(shop, 30)).worst
    assert worst
    assert worst.id == "edge:new..at_risk"


@pytest.mark.django_db
def test_what_was_met_before_a_move_names_campaigns():
    shop, journey, customers = a_shop()
    sent = {"campaign": 7, "channel": "email"}
    for customer in customers[:3]:
        make.touchpoint(customer, kind="message.sent", data=sent, occurred_at=make.days_ago(16))
    make.touchpoint(customers[0], kind="product.viewed", occurred_at=make.days_ago(17))
    make.touchpoint(customers[0], kind="product.viewed", occurred_at=make.days_ago(14))
    by_key = {stage.key: stage for stage in journey.stages.all()}

    found = met.on_edge(journey, by_key["new"], by_key["active"], last(shop, 30))

    assert [(m.kind, m.campaign, m.times, m.customer_count, m.of) for m in found] == [
        ("message.sent", 7, 3, 3, 6),
        ("product.viewed", None, 1, 1, 6),
    ]
    assert met.on_edge(journey, by_key["new"], by_key["at_risk"], last(shop, 30)) == []
    at_stages = met.at_stages(journey, last(shop, 30))
    assert [(m.kind, m.times, m.of) for m in at_stages[by_key["new"].pk]] == [
        ("message.sent", 3, 8),
        ("product.viewed", 1, 8),
    ]
    assert by_key["active"].pk not in at_stages
    everybody = Segment.objects.create(shop=shop, name="All", key="all", rule={})
    for customer in customers:
        Membership.objects.create(shop=shop, segment=everybody, customer=customer)
    assert met.at_stages(journey, last(shop, 30), Whose(segment="all")) == at_stages
    seen = met.at_stages(journey, last(shop, 30), Whose(channel="email"))[by_key["new"].pk]
    assert [(m.kind, m.customer_count, m.of) for m in seen] == [
        ("message.sent", 3, 3),
        ("product.viewed", 1, 3),
    ]


@pytest.mark.django_db
def test_a_journey_that_is_not_active_is_left_uncounted():
    a_shop()
    DailyMove.objects.all().delete()
    Journey.objects.update(active=False)

    counting.count_all(full=True)

    assert not DailyMove.objects.exists()


@pytest.mark.parametrize("days", [0, 0.5, 99.9, 100, 106.9, 107, 365.9, 366, 700])
@pytest.mark.django_db
def test_bands_are_the_same_in_sql(days):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rates.BAND.format('%(days)s::float8')}", {"days": days})
        assert cursor.fetchone()[0] == rates.band(days)
