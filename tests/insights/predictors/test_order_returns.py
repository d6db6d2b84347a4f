"""An order knows only what was booked before it."""

import numpy as np

from insights.predictors import order_returns
from insights.predictors.order_returns import FEATURES, Lines


def lines(rows):
    """Rows of (order, customer, product, day, quantity, price)."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Lines(*columns[:3], *(column.astype(float) for column in columns[3:]))


SOLD = [
    (1, 1, 10, 1.0, 5, 2.0),
    (1, 1, 11, 1.0, 1, 9.0),
    (2, 1, 10, 4.0, 1, 2.0),
    (3, 2, 10, 6.0, 2, 2.0),
    (4, 1, 12, 50.0, 2, 3.0),
]
CANCELLED = [(90, 1, 10, 5.0, 5, 2.0)]


def feature(orders, number, name):
    return orders.features[orders.numbers.tolist().index(number), FEATURES.index(name)]


def test_a_cancellation_undoes_the_order_that_was_large_enough():
    orders = order_returns.prepare(lines(SOLD), lines(CANCELLED))

    assert dict(zip(orders.numbers.tolist(), orders.label().tolist(), strict=True)) == {
        1: 1, 2: 0, 3: 0, 4: 0,
    }  # fmt: skip


def test_it_counts_for_later_orders_only_once_it_is_booked():
    orders = order_returns.prepare(lines(SOLD), lines(CANCELLED))

    assert feature(orders, 2, "past_cancelled") == 0
    assert feature(orders, 4, "past_cancelled") == 1
    assert feature(orders, 3, "mean_product_rate") > feature(orders, 2, "mean_product_rate")


def test_features_are_the_same_whether_or_not_later_rows_exist():
    whole = order_returns.prepare(lines(SOLD), lines(CANCELLED))
    early = order_returns.prepare(lines(SOLD[:4]), lines(CANCELLED))

    assert np.array_equal(whole.features[:3], early.features[:3], equal_nan=True)
