"""BG/NBD recovers what made the data; the blend looks at nothing that comes later."""

import numpy as np
import pytest

from insights.predictors import bg_nbd, expected_orders, gamma_gamma
from insights.predictors.buying_history import BuyingHistory, standing

TODAY, END = 273.0, 546.0


@pytest.fixture(scope="module")
def history():
    """1,500 customers who buy at their own rate and leave at their own chance (weeks)."""
    random = np.random.default_rng(1)
    rows = []
    for customer in range(1500):
        day, rate, leaves = random.uniform(0, 84), random.gamma(0.6, 1 / 6), random.beta(0.8, 2.4)
        while day < END:
            rows.append((customer, int(day), random.gamma(4, 9)))
            if len(rows) > 1 and rows[-2][0] == customer and random.random() < leaves:
                break
            day += 1 + 7 * random.exponential(1 / max(rate, 1e-6))
    customers, days, values = (np.array(column) for column in zip(*rows, strict=True))
    return BuyingHistory.of(customers, days, np.ones(len(days)), values.astype(float))


@pytest.fixture(scope="module")
def fitted(history):
    return expected_orders.fit(history, TODAY)


def test_the_fit_finds_nearly_the_rates_that_made_the_data(history, fitted):
    model = fitted.structure

    assert model.r / model.alpha == pytest.approx(0.6 / 6, rel=0.35)
    assert 0.1 < model.a / (model.a + model.b) < 0.4


def test_a_thousand_orders_and_a_long_horizon_stay_finite():
    model = bg_nbd.BgNbd(0.243, 4.414, 1.0, 2.426, 0.0)
    one = np.array([1000.0])

    expected = model.expected(one, np.array([200.0]), np.array([201.0]), 500.0)

    assert 0 < expected[0] < 5000


def test_ten_buyers_get_an_answer_near_the_usual():
    repeats = np.array([0, 0, 0, 1, 0, 0, 2, 0, 0, 0], float)
    model = bg_nbd.fit(repeats, repeats * 3, np.full(10, 20.0))

    assert 0 < model.expected(repeats, repeats * 3, np.full(10, 20.0), 13.0).sum() < 20


def test_what_happens_later_changes_no_prediction(history, fitted):
    blind = history.until(TODAY)

    again = expected_orders.fit(blind, TODAY)

    assert np.array_equal(fitted.predict(history, TODAY, 90), again.predict(blind, TODAY, 90))


def test_the_total_is_nearly_right_and_better_than_everybodys_own_rate(history, fitted):
    now = standing(history, TODAY)
    true = history.count_between(now.buyers, TODAY, TODAY + 90)
    predicted = fitted.predict(history, TODAY, 90)
    own = now.repeats / np.maximum(now.age_days, 1) * 90

    assert 0.8 < predicted.sum() / true.sum() < 1.25
    assert np.mean((predicted - true) ** 2) < np.mean((own - true) ** 2)


def test_purchases_of_one_day_count_once():
    history = BuyingHistory.of(
        np.array([7, 7, 7]), np.array([1.2, 1.9, 3.0]), np.ones(3), np.array([10.0, 5.0, 20.0])
    )

    assert standing(history, 3.0).repeats.tolist() == [1]
    assert standing(history, 3.0).first_value.tolist() == [15]


def test_the_value_of_a_newcomer_is_nearer_to_everybodys_than_a_regulars():
    random = np.random.default_rng(0)
    counts = random.integers(1, 20, 500).astype(float)
    means = random.gamma(6, 10, 500)
    model = gamma_gamma.fit(counts, means)

    once, often = model.expected_value(np.array([1.0, 50.0]), np.array([200.0, 200.0]))

    assert means.mean() * 0.8 < once < often <= 200


@pytest.mark.parametrize("seed", range(6))
def test_where_every_order_costs_the_same_the_next_one_does_too(seed):
    purchases = np.random.default_rng(seed).geometric(0.15, 250).astype(float)
    values = np.full(250, 20.0)

    model = gamma_gamma.fit(purchases, values)

    assert model.p < 1e5
    assert model.expected_value(purchases, values) == pytest.approx(20, rel=0.01)
