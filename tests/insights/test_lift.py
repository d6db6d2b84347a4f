"""The holdout's arithmetic: intervals that hold at every look, and honest doubts."""

import numpy as np
import pytest

from benchmarks.lift import campaign, covers
from insights.lift import SPLIT_ALARM, Sums, lift, split_odds, weeks_left


def sums(y, x=None):
    y = np.asarray(y, dtype=float)
    x = np.zeros_like(y) if x is None else np.asarray(x, dtype=float)
    return Sums(
        len(y), int((y != 0).sum()), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum()
    )


def buyers(count, of):
    return sums([1] * count + [0] * (of - count))


def test_the_lift_is_the_difference_of_the_means():
    found = lift(buyers(300, 2000), buyers(100, 1000))

    assert found.value == pytest.approx(0.05)
    assert found.relative == pytest.approx(0.5)
    assert found.low < 0.05 < found.high
    assert found.enough


def test_the_interval_is_wider_than_one_for_a_single_look_and_narrows_with_people():
    small, large = (
        lift(buyers(60, 500), buyers(50, 500)),
        lift(buyers(600, 5000), buyers(500, 5000)),
    )
    single_look = 1.96 * (0.12 * 0.88 / 500 + 0.1 * 0.9 / 500) ** 0.5

    assert small.high - small.value > single_look
    assert large.high - large.low < (small.high - small.low) / 2


@pytest.mark.parametrize(
    ("treated", "held"),
    [((0, 0), (0, 0)), ((5, 50), (1, 9)), ((500, 5000), (0, 300)), ((9, 5000), (9, 5000))],
)
def test_too_few_people_or_buyers_prove_nothing(treated, held):
    found = lift(buyers(*treated), buyers(*held))

    assert not found.enough
    assert not found.is_proved


def test_an_arm_without_a_single_buyer_is_not_taken_for_certain():
    found = lift(buyers(30, 3000), buyers(0, 100))

    assert found.high - found.low > 0.05


def test_a_covariate_that_explains_the_outcome_narrows_the_interval_and_removes_its_imbalance():
    rng = np.random.default_rng(0)
    x = rng.gamma(2, 50, 4000)
    y = x + rng.normal(0, 10, 4000)
    y[:2000] += 5
    plain = lift(sums(y[:2000]), sums(y[2000:]))
    adjusted = lift(sums(y[:2000], x[:2000]), sums(y[2000:], x[2000:]))

    assert adjusted.high - adjusted.low < (plain.high - plain.low) / 4
    assert adjusted.value == pytest.approx(5, abs=1)
    assert adjusted.adjusted_away > 0.9


def test_a_covariate_that_never_varies_changes_nothing():
    x = [7.0] * 1000
    y = [1.0] * 100 + [0.0] * 900

    assert lift(sums(y, x), sums(y, x)) == lift(sums(y), sums(y))


def test_intervals_looked_at_every_day_cover_the_truth_and_raise_no_false_alarm():
    lifted = [campaign(np.random.default_rng([2, n]), 0.09) for n in range(100)]
    alike = [campaign(np.random.default_rng([3, n]), 0.06) for n in range(100)]

    assert sum(covers(days, "goal", 0.03) for days in lifted) >= 93
    assert sum(covers(days, "revenue", 1.2) for days in lifted) >= 93
    assert sum(not covers(days, "goal", 0.0) for days in alike) <= 6
    assert sum(day["goal"].is_proved for days in lifted for day in days[-1:]) >= 40


def test_weeks_are_told_until_the_lift_would_be_proved():
    treated, held = buyers(150, 1000), buyers(110, 1000)
    left = weeks_left(treated, held, weeks_so_far=4)

    assert left is not None
    assert left > 1
    grown = [buyers(int(n * (4 + left) / 4), int(1000 * (4 + left) / 4)) for n in (150, 110)]
    assert lift(*grown).is_proved


def test_no_weeks_are_promised_for_what_would_take_years():
    assert weeks_left(buyers(100, 1000), buyers(100, 1000), weeks_so_far=4) is None
    assert weeks_left(Sums(), Sums(), weeks_so_far=4) is None


def test_a_split_as_intended_is_quiet_and_a_broken_one_is_not():
    assert split_odds(9500, 500, held_out_fraction=0.05) < 1
    assert split_odds(9500, 300, held_out_fraction=0.05) > SPLIT_ALARM
    assert split_odds(0, 0, held_out_fraction=0.05) == pytest.approx(1)
    assert split_odds(100, 0, held_out_fraction=0.0) == 1
