"""The chain against worked examples and against what must hold for any counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys import chain
from journeys.chain import Counts


def test_the_drunkards_walk_of_kemeny_and_snell():
    """Corners 1, 2, 3 between bar and home, a step left or right alike: from 2 it takes 4 steps."""
    step = np.array(
        [
            [0, 0.5, 0, 0.5, 0],
            [0.5, 0, 0.5, 0, 0],
            [0, 0.5, 0, 0, 0.5],
            [0, 0, 0, 1, 0],
            [0, 0, 0, 0, 1.0],
        ]
    )

    home = chain.reaching(step, 3)

    assert home.chance[:3] == pytest.approx([0.75, 0.5, 0.25])
    # Of who gets home from k corners off the bar: (16 - k²) / 3 steps, with k = 3, 2, 1.
    assert home.days[:3] == pytest.approx([7 / 3, 4, 5])


def test_days_follow_from_the_daily_chance():
    """100 moved in 5,000 customer-days: one in 50 a day, so 50 days on average."""
    counts = Counts(np.array([[0, 100, 0], [0, 0, 0]]), np.array([5_000.0, 100.0]))

    found = chain.reaching(chain.daily(counts), 1)

    assert found.chance == pytest.approx([1, 1])
    assert found.days == pytest.approx([50, 0])


def test_half_who_leave_the_map_do_not_arrive():
    counts = Counts(np.array([[0, 50, 50], [0, 0, 0]]), np.array([1_000.0, 1.0]))

    found = chain.reaching(chain.daily(counts), 1)

    assert found.chance[0] == pytest.approx(0.5)
    assert found.days[0] == pytest.approx(10)
    soon = chain.within(chain.daily(counts), 1, 1_000)
    assert soon[1, 0] == pytest.approx(0.05)
    assert soon[-1, 0] == pytest.approx(0.5, abs=1e-9)


def test_a_stage_nobody_can_leave_never_arrives():
    counts = Counts(np.array([[0, 0, 0], [0, 0, 0]]), np.array([10.0, 10.0]))

    found = chain.reaching(chain.daily(counts), 1)

    assert found.chance[0] == 0
    assert np.isnan(found.days[0])


def test_value_is_what_a_day_brings_times_the_days_that_are_left():
    step = np.array([[0.5, 0.5], [0.0, 1.0]])

    assert chain.value(step, np.array([8.0, 0.0]), 3)[0] == pytest.approx(8 + 4 + 2)


def test_more_moves_come_from_staying_first_then_from_the_other_ways():
    step = np.array([[0.1, 0.3, 0.6], [0, 1, 0], [0, 0, 1.0]])

    assert chain.raised(step, 0, 1, 1.1)[0] == pytest.approx([0.07, 0.33, 0.6])
    assert chain.raised(step, 0, 1, 2.0)[0] == pytest.approx([0, 0.6, 0.4])
    assert chain.raised(step, 0, 1, 99.0)[0] == pytest.approx([0, 1, 0])


sizes = st.integers(2, 6)


@st.composite
def some_counts(draw):
    size = draw(sizes)
    cells = st.lists(st.integers(0, 500), min_size=size + 1, max_size=size + 1)
    moves = np.array([draw(cells) for _ in range(size)], dtype=float)
    np.fill_diagonal(moves, 0)
    days = [draw(st.integers(0, 50_000)) for _ in range(size)]
    return Counts(moves, np.array(days, dtype=float))


@given(some_counts(), st.floats(0, 5))
@settings(max_examples=60, deadline=None)
def test_rows_are_chances_whatever_is_counted_drawn_or_raised(counts, factor):
    for step in (
        chain.daily(counts)[None],
        chain.draws(counts, 3),
        chain.raised(chain.draws(counts, 3), 0, 1, factor),
    ):
        assert (step >= -1e-12).all()
        assert step.sum(axis=2) == pytest.approx(1)


@given(some_counts())
@settings(max_examples=60, deadline=None)
def test_the_chance_in_time_grows_towards_the_chance_ever(counts):
    step = chain.daily(counts)

    ever = chain.reaching(step, 0).chance
    in_time = chain.within(step, 0, 200)

    assert (np.diff(in_time, axis=0) >= -1e-12).all()
    assert (in_time[-1, :-1] <= ever + 1e-9).all()


@given(some_counts(), st.floats(1, 3))
@settings(max_examples=60, deadline=None)
def test_more_of_a_move_to_the_goal_never_means_fewer_at_the_goal(counts, factor):
    step = chain.daily(counts)

    before = chain.within(step, 1, 30)
    after = chain.within(chain.raised(step, 0, 1, factor), 1, 30)

    assert (after >= before - 1e-9).all()
