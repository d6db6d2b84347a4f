"""What would change if more took a way: against what can be said without a model."""

import pytest

from journeys import counting, lifecycle
from journeys.transitions import measure
from journeys.what_if import Model, NotAsked
from tests import make
from tests.journeys.going import last, went


def measured(movers=30, stayers=70):
    shop = make.shop(timezone="UTC", currency="EUR")
    journey = lifecycle.create(shop)
    item = make.product(shop)
    for number in range(movers + stayers):
        ann = make.customer(shop)
        went(ann, ("new", 40), *([("active", 20)] if number < movers else []))
        if number < movers:
            make.order(ann, placed_at=make.days_ago(19.5), lines=((item, 1, 1_000),))
    counting.count(journey)
    return Model(measure(journey, last(shop, 60)))


@pytest.mark.django_db
def test_nothing_more_changes_nothing():
    found = measured().forecast("new", "active", "active", 0)

    assert found.more_reached.value == pytest.approx(0)
    assert found.reached.value == pytest.approx(found.reached_then.value)


@pytest.mark.django_db
def test_ten_percent_more_is_between_nothing_and_ten_percent_more():
    found = measured().forecast("new", "active", "active", 10)

    assert 0 < found.more_reached.low < found.more_reached.value < found.more_reached.high
    assert found.more_reached.value < 0.1 * found.reached.value
    assert found.more_revenue_cents.value > 0


@pytest.mark.django_db
def test_few_counts_leave_a_wider_interval():
    few, many = (measured(n, 2 * n).forecast("new", "active", "active", 10) for n in (12, 120))

    def width(found):
        return (found.reached.high - found.reached.low) / found.reached.value

    assert width(few) > 2 * width(many)


@pytest.mark.django_db
def test_asking_twice_gives_the_same_interval():
    model = measured()

    assert model.forecast("new", "active", "active", 10) == Model(model.measured).forecast(
        "new", "active", "active", 10
    )


@pytest.mark.django_db
def test_a_way_that_hardly_anybody_went_is_not_answered():
    with pytest.raises(NotAsked, match="Only 5 moved from 'new' to 'active'"):
        measured(5, 50).forecast("new", "active", "active", 10)
    with pytest.raises(NotAsked, match="no stage 'nowhere'"):
        measured().forecast("new", "nowhere", "active", 10)


@pytest.mark.django_db
def test_outlooks_give_chance_days_and_value_of_each_stage():
    found = {outlook.stage: outlook for outlook in measured().outlooks("active")}

    assert found["active"].chance.value == 1
    assert found["new"].chance.value == pytest.approx(1)  # nobody left it for anywhere else
    assert found["new"].days.low < found["new"].days.value < found["new"].days.high
    assert found["new"].value_cents.value < found["active"].value_cents.value
    assert found["lost"].chance.value == 0
    assert found["lost"].days is None


@pytest.mark.django_db
def test_an_order_that_leads_on_is_brought_by_the_move():
    shop = make.shop(timezone="UTC", currency="EUR")
    journey = lifecycle.create(shop)
    item = make.product(shop)
    for number in range(60):
        ann = make.customer(shop)
        went(ann, ("at_risk", 40), *([("won_back", 20)] if number < 20 else []))
        if number < 20:
            make.order(ann, placed_at=make.days_ago(20.001), lines=((item, 1, 5_000),))
    counting.count(journey)
    found = measure(journey, last(shop, 60))

    assert found.edge("edge:at_risk..won_back").revenue_cents == 100_000
    assert found.standing("stage:at_risk").revenue_cents == 100_000
    forecast = Model(found).forecast("at_risk", "won_back", "won_back", 10)
    each = forecast.more_revenue_cents.value / forecast.more_reached.value
    assert each == pytest.approx(5_000)
