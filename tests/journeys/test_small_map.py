"""The map in small on the overview says what the map says, from the same sums."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journeys import counting, lifecycle
from journeys.journey_map import Page
from journeys.map_query import Query
from journeys.small_map import MOST_ARCS, SmallMap
from tests import make
from tests.journeys.going import went

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    made = make.shop(timezone="UTC")
    for number in range(40):
        then = [("active", 40)] if number < 10 else [("at_risk", 20)] if number < 35 else []
        went(make.customer(made), ("new", 60), *then)
    return made


def test_it_says_what_the_map_says(shop):
    journey = lifecycle.create(shop)
    counting.count(journey)

    small, whole = SmallMap.of(journey), Page(journey, Query()).measured

    assert [(row.stage.key, row.customers) for row in small.rows] == [
        (standing.stage.key, standing.at_end) for standing in whole.standings
    ]
    assert small.whole.worst == whole.worst
    assert [arc.is_worst for arc in small.arcs] == [False, True]  # the worst is drawn on top
    assert [row.onward.id for row in small.rows if row.onward] == ["edge:new..at_risk"]


def test_the_worst_way_is_drawn_however_few_go_it(shop):
    for ends in (("active", "loyal"), ("loyal", "active"), ("active", "prospect"),
                 ("loyal", "won_back"), ("won_back", "active"), ("won_back", "loyal"),
                 ("prospect", "active"), ("prospect", "loyal")):  # fmt: skip
        for _ in range(40):
            went(make.customer(shop), (ends[0], 50), (ends[1], 30))
    journey = lifecycle.create(shop)
    counting.count(journey)

    small = SmallMap.of(journey)

    assert len(small.arcs) == MOST_ARCS + 1
    assert sum(arc.is_worst for arc in small.arcs) == 1


def test_its_cost_is_that_of_the_sums(shop):
    journey = lifecycle.create(shop)
    counting.count(journey)
    with CaptureQueriesContext(connection) as asked:
        small = SmallMap.of(journey)
        assert small.rows
        assert small.arcs
    assert not any("journeys_stagevisit" in query["sql"] for query in asked)


def test_before_anything_is_counted_it_asks_the_stays(client, shop):
    client.force_login(make.user(is_superuser=True))

    shown = client.get(reverse("admin:index"), {"shop": shop.key}).content.decode()

    here = {row.stage.key: row.customers for row in SmallMap.of(lifecycle.create(shop)).rows}
    assert here["at_risk"] == 25
    assert 'class="wm-small-map"' in shown
