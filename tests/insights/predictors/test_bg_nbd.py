"""BG/NBD's numbers stay numbers, whatever shop it is fitted to."""

from itertools import product

import numpy as np
import pytest

from insights.predictors import bg_nbd
from insights.predictors.bg_nbd import BgNbd

REPEATS = np.array([0.0, 1.0, 5.0, 60.0, 500.0])
AGE = np.full(5, 100.0)
RECENCY = np.array([0.0, 1.0, 50.0, 99.0, 100.0])


@pytest.mark.parametrize("logs", list(product(*bg_nbd.BOUNDS)))
def test_at_its_bounds_every_answer_is_a_number(logs):
    r, alpha, a, b = np.exp(logs)
    model = BgNbd(r, alpha, a, b, log_likelihood=0.0)

    said = model.expected(REPEATS, RECENCY, AGE, 52.0)

    assert np.isfinite(said).all()
    assert (said >= 0).all()


def test_a_shop_of_one_rhythm_is_fitted():
    """Everybody buys every ten days: the likelihood has no top, the rates become one rate."""
    repeats = np.full(300, 10.0)

    model = bg_nbd.fit(repeats, np.full(300, 14.3), np.full(300, 15.0))

    said = model.expected(repeats, np.full(300, 14.3), np.full(300, 15.0), 13.0)
    assert np.isfinite(said).all()
    assert said[0] == pytest.approx(10.0 / 15 * 13, rel=0.3)
