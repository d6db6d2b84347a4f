"""The forecast knows the week, the pauses and its own errors."""

from datetime import date, timedelta

import numpy as np
import pytest

from insights import forecast

MONDAY = date(2024, 1, 1)
WEEKDAYS = np.array([50, 60, 60, 70, 80, 0, 30.0])  # shut on Saturdays


def shop(days, seed=0):
    random = np.random.default_rng(seed)
    return random.poisson(WEEKDAYS[np.arange(days) % 7]).astype(float)


def test_a_day_of_rest_is_forecast_as_nothing_for_certain():
    found = forecast.forecast(shop(140), MONDAY, horizon=14)

    saturdays = np.array([day.weekday() == 5 for day in found.days])
    assert found.expected[saturdays].tolist() == [0, 0]
    assert found.high[saturdays].tolist() == [0, 0]
    assert (found.expected[~saturdays] > 20).all()


def test_it_beats_the_same_day_last_week_and_its_interval_holds():
    figures = shop(400)
    errors, naive, inside = [], [], []
    for origin in range(140, 380, 14):
        known, true = figures[:origin], figures[origin : origin + 14]
        found = forecast.forecast(known, MONDAY, horizon=14)
        errors.append(np.abs(true - found.expected).mean())
        naive.append(np.abs(true - forecast.seasonal_naive(known, 14)).mean())
        inside += ((found.low <= true) & (true <= found.high))[found.expected > 0].tolist()

    assert np.mean(errors) < 0.85 * np.mean(naive)
    assert 0.7 < np.mean(inside) < 0.92


def test_a_pause_a_year_ago_and_one_that_is_told_are_shut():
    figures = shop(400)
    figures[42:49] = 0  # 42 + 364 = 406: day 6 of the forecast
    holiday = MONDAY + timedelta(401)

    found = forecast.forecast(figures, MONDAY, horizon=14, shut=[holiday])

    assert found.expected[6:13].tolist() == [0] * 7
    assert found.expected[1] == 0
    assert found.expected[2] > 0


def test_a_pause_just_before_does_not_end_the_shop():
    figures = shop(200)
    figures[186:193] = 0

    found = forecast.forecast(figures, MONDAY, horizon=7)

    assert found.expected.sum() == pytest.approx(WEEKDAYS.sum(), rel=0.25)


def test_four_weeks_are_too_few_and_it_says_how_many_are_needed():
    with pytest.raises(forecast.TooShort, match="28 of 42 days"):
        forecast.forecast(shop(28), MONDAY)
