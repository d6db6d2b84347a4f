"""Estimates are honest: exact for a small shop, an interval that holds for a large one."""

from random import Random

import pytest
from django.db import connection

from segments import estimate, population, rules
from segments.estimate import interval
from tests import make

pytestmark = pytest.mark.django_db
REPEATED = {"field": "facts.order_count", "op": ">=", "value": 2}
MANY = """
INSERT INTO customers_customer (shop_id, external_id, email, phone, first_name, last_name, country,
    language, attributes, versions, created_at, updated_at)
SELECT %s, n::text, '', '', '', '', CASE WHEN n %% 4 = 0 THEN 'FR' ELSE '' END, '', '{}', '{}',
    now(), now() FROM generate_series(1, %s) AS n
"""


@pytest.fixture(autouse=True)
def _forgotten():
    population._counted.cache_clear()


def of(shop, rule, **options):
    return estimate.of(shop, rules.compile(rule, shop=shop), **options)


def many(shop, count):
    with connection.cursor() as cursor:
        cursor.execute(MANY, [shop.pk, count])


def test_a_small_shop_is_counted_and_other_shops_are_not():
    shop, other = make.shop(), make.shop()
    for orders in (0, 1, 2, 3):
        make.profile(make.customer(shop), order_count=orders)
        make.profile(make.customer(other), order_count=5)

    found = of(shop, REPEATED)

    assert (found.count, found.low, found.high, found.whole, found.how) == (2, 2, 2, 4, "all")
    assert len(found.members) == 2


def test_an_empty_shop_has_nobody():
    found = of(make.shop(), REPEATED)

    assert (found.count, found.whole, found.share) == (0, 0, 0.0)


def test_a_shop_a_little_larger_than_the_pilot_is_counted_too(monkeypatch):
    shop = make.shop()
    many(shop, estimate.PILOT + 40)

    found = of(shop, {"field": "customer.country", "op": "is", "value": "fr"}, seconds=5)

    assert (found.how, found.count) == ("all", 135)


def test_a_sample_of_a_large_shop_says_between_what_the_truth_lies(monkeypatch):
    shop = make.shop()
    many(shop, 4_000)
    monkeypatch.setattr(estimate, "MOST", 1_000)
    monkeypatch.setattr(estimate, "QUICK", 0)

    found = of(shop, {"field": "customer.country", "op": "is", "value": "fr"}, seconds=5)

    assert (found.how, found.looked_at, found.whole) == ("sample", 1_500, 4_000)
    assert found.low <= 1_000 <= found.high
    assert found.low < found.count < found.high
    again = of(shop, {"field": "customer.country", "op": "is", "value": "fr"}, seconds=5)
    assert again == found


def test_a_rule_without_time_is_answered_by_statistics():
    shop = make.shop()
    many(shop, 10)

    found = of(shop, REPEATED, seconds=0)

    assert (found.how, found.low, found.high) == ("statistics", 0, 10)


def test_the_interval_holds_nineteen_times_in_twenty():
    random, held = Random(3), 0
    for _ in range(400):
        share = random.choice([0.01, 0.1, 0.5, 0.9])
        hits = sum(random.random() < share for _ in range(500))
        low, high = interval(hits, 500)
        held += low <= share <= high
    assert held >= 370


def test_nobody_in_the_sample_does_not_mean_nobody():
    low, high = interval(0, 500)

    assert low == 0
    assert 0.003 < high < 0.02
