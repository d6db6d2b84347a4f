"""Will this order be cancelled or returned, in whole or part? Known at the moment it is placed.

Features walk through time once: each order sees only orders placed and cancellations booked before
it, of its customer, of its products and of the shop. Rates are drawn towards the shop's own, so a
first order has an answer too.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 0
HORIZON_DAYS = 30.0
SHOP_WEIGHT = 5.0  # as many orders of the shop's own rate are mixed into a customer's or product's
FEATURES = (
    "past_orders",
    "past_cancelled",
    "past_rate",
    "days_as_customer",
    "days_since_last_order",
    "days_since_last_cancellation",
    "value",
    "lines",
    "pieces",
    "largest_line_pieces",
    "largest_line_value",
    "mean_price",
    "highest_price",
    "value_to_own_mean",
    "share_of_new_products",
    "mean_product_rate",
    "highest_product_rate",
    "hour",
    "weekday",
    "shop_rate",
)


@dataclass(frozen=True)
class Lines:
    """Order lines, one row each; `days` since any fixed midnight; quantities positive."""

    orders: Ints
    customers: Ints
    products: Ints
    days: Floats
    quantities: Floats
    prices: Floats


@dataclass(frozen=True)
class Orders:
    """A row per order in time order: number, customer, day, features, day of its cancellation."""

    numbers: Ints
    customers: Ints
    days: Floats
    features: Floats
    cancelled_on: Floats  # infinity: never, as far as we know

    def label(self) -> Ints:
        """1 where a cancellation followed within the horizon."""
        return (self.cancelled_on - self.days <= HORIZON_DAYS).astype(np.int64)


def match(sold: Lines, cancelled: Lines) -> Ints:
    """Which row of `sold` each cancelled line undoes; -1 when none fits.

    The latest earlier line of the same customer and product that was large enough, else the latest.
    """
    lots: dict[tuple[int, int], list[int]] = defaultdict(list)
    pairs = zip(sold.customers.tolist(), sold.products.tolist(), strict=True)
    for row, pair in enumerate(pairs):
        lots[pair].append(row)
    found = np.full(len(cancelled.orders), -1)
    wanted = zip(cancelled.customers.tolist(), cancelled.products.tolist(), strict=True)
    for row, pair in enumerate(wanted):
        earlier = [lot for lot in lots.get(pair, ()) if sold.days[lot] <= cancelled.days[row]]
        large = [lot for lot in earlier if sold.quantities[lot] >= cancelled.quantities[row]]
        if earlier:
            found[row] = max(large or earlier, key=lambda lot: sold.days[lot])
    return found


def prepare(sold: Lines, cancelled: Lines) -> Orders:
    """Orders with features as of the moment each was placed."""
    matched = match(sold, cancelled)
    undone_on = np.full(len(sold.orders), np.inf)
    known = matched >= 0
    np.minimum.at(undone_on, matched[known], cancelled.days[known])
    by_order = np.lexsort((sold.orders, sold.days))
    starts = np.flatnonzero(np.r_[True, np.diff(sold.orders[by_order]) != 0])
    groups = np.split(by_order, starts[1:])
    past = _Past(sold, undone_on)
    rows = [past.see(group) for group in groups]
    first = np.array([group[0] for group in groups])
    ends = np.array([undone_on[group].min() for group in groups])
    return Orders(sold.orders[first], sold.customers[first], sold.days[first], np.array(rows), ends)


class _Past:
    """What the shop knew when the next order came; a cancellation counts once it is booked."""

    def __init__(self, sold: Lines, undone_on: Floats) -> None:
        self.sold, self.undone_on = sold, undone_on
        self.orders: dict[int, list[tuple[float, float]]] = defaultdict(list)  # day, value
        self.cancelled: dict[int, list[float]] = defaultdict(list)
        self.bought: dict[int, set[int]] = defaultdict(set)
        self.product_sold: dict[int, int] = defaultdict(int)
        self.product_undone: dict[int, int] = defaultdict(int)
        self.order_count = self.line_count = self.undone_orders = self.undone_lines = 0
        self.pending = _bookings(sold, undone_on)
        self.position = 0

    def see(self, group: Ints) -> list[float]:
        """The features of the next order; afterwards it belongs to the past."""
        customer, day = int(self.sold.customers[group[0]]), float(self.sold.days[group[0]])
        self._book_until(day)
        products = self.sold.products[group].tolist()
        amounts = self.sold.quantities[group] * self.sold.prices[group]
        row = [
            *self._of_customer(customer, day),
            *self._of_order(customer, group, amounts),
            *self._of_products(customer, products),
            (day % 1) * 24,
            float(int(day) % 7),
            self._shop_rate(),
        ]
        self.orders[customer].append((day, float(amounts.sum())))
        self.bought[customer].update(products)
        for product in products:
            self.product_sold[product] += 1
        self.order_count += 1
        self.line_count += len(products)
        return row

    def _book_until(self, day: float) -> None:
        while self.position < len(self.pending) and self.pending[self.position][0] < day:
            when, customer, product, is_new_order = self.pending[self.position]
            self.product_undone[product] += 1
            self.undone_lines += 1
            if is_new_order:
                self.cancelled[customer].append(when)
                self.undone_orders += 1
            self.position += 1

    def _shop_rate(self) -> float:
        return (self.undone_orders + 1) / (self.order_count + 10)

    def _of_customer(self, customer: int, day: float) -> list[float]:
        placed, cancelled = self.orders[customer], self.cancelled[customer]
        rate = (len(cancelled) + SHOP_WEIGHT * self._shop_rate()) / (len(placed) + SHOP_WEIGHT)
        return [
            len(placed),
            len(cancelled),
            rate,
            day - placed[0][0] if placed else 0.0,
            day - placed[-1][0] if placed else np.nan,
            day - cancelled[-1] if cancelled else np.nan,
        ]

    def _of_order(self, customer: int, group: Ints, amounts: Floats) -> list[float]:
        placed = self.orders[customer]
        mean = float(np.mean([value for _day, value in placed])) if placed else np.nan
        quantities, prices = self.sold.quantities[group], self.sold.prices[group]
        total = float(amounts.sum())
        return [
            total,
            len(group),
            float(quantities.sum()),
            float(quantities.max()),
            float(amounts.max()),
            total / max(float(quantities.sum()), 1),
            float(prices.max()),
            total / mean if mean else np.nan,
        ]

    def _of_products(self, customer: int, products: list[int]) -> list[float]:
        shop = (self.undone_lines + 1) / (self.line_count + 50)
        rates = [
            (self.product_undone[one] + 20 * shop) / (self.product_sold[one] + 20)
            for one in products
        ]
        new = sum(one not in self.bought[customer] for one in products)
        return [new / len(products), sum(rates) / len(rates), max(rates)]


def _bookings(sold: Lines, undone_on: Floats) -> list[tuple[float, int, int, bool]]:
    """Cancelled lines in the order they were booked; True marks the first of its order."""
    rows = np.flatnonzero(np.isfinite(undone_on))
    rows = rows[np.argsort(undone_on[rows], kind="stable")]
    seen: set[int] = set()
    booked = []
    for row in rows.tolist():
        order = int(sold.orders[row])
        booked.append(
            (
                float(undone_on[row]),
                int(sold.customers[row]),
                int(sold.products[row]),
                order not in seen,
            )
        )
        seen.add(order)
    return booked


@dataclass(frozen=True)
class ReturnRisk:
    """A mean of boosted and of random trees: the first sharp, the second steady."""

    models: tuple[Any, ...]

    def predict(self, features: Floats) -> Floats:
        """The probability of a cancellation within the horizon."""
        filled = np.nan_to_num(features, nan=-1.0)
        return np.mean([model.predict_proba(filled)[:, 1] for model in self.models], axis=0)


def fit(features: Floats, label: Ints) -> ReturnRisk:
    """Learn from orders whose horizon is over."""
    filled = np.nan_to_num(features, nan=-1.0)
    boosted = HistGradientBoostingClassifier(
        max_leaf_nodes=8, learning_rate=0.05, max_iter=120, min_samples_leaf=50,
        l2_regularization=10.0, max_features=0.5, random_state=SEED,
    )  # fmt: skip
    forest = ExtraTreesClassifier(200, min_samples_leaf=10, max_features=0.5, random_state=SEED)
    return ReturnRisk(tuple(model.fit(filled, label) for model in (boosted, forest)))
