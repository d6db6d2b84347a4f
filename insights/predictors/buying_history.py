"""Who bought when, as arrays, and what was known of each customer on a given day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOWS_DAYS = (28, 56, 91, 182)


@dataclass(frozen=True)
class BuyingHistory:
    """One row per customer and day with a purchase; `days` count from any fixed date."""

    customers: Ints
    days: Floats
    items: Floats
    values: Floats

    @classmethod
    def of(
        cls, customers: Ints, days: NDArray[np.generic], items: Floats, values: Floats
    ) -> "BuyingHistory":
        """From single purchases: those of a customer on the same day become one."""
        whole = np.asarray(days).astype(np.int64)
        pairs = np.column_stack([customers, whole])
        unique, place = np.unique(pairs, axis=0, return_inverse=True)
        return cls(
            unique[:, 0],
            unique[:, 1].astype(float),
            np.bincount(place.ravel(), items).astype(float),
            np.bincount(place.ravel(), values).astype(float),
        )

    def until(self, day: float) -> "BuyingHistory":
        """What was known at the end of that day."""
        return self._rows(self.days <= day)

    def of_customers(self, chosen: Ints) -> "BuyingHistory":
        """The rows of these customers only."""
        return self._rows(np.isin(self.customers, chosen))

    def buyers(self) -> Ints:
        """Everybody with a purchase, ascending."""
        return np.unique(self.customers)

    def count_between(self, buyers: Ints, after: float, until: float) -> Floats:
        """Days with a purchase in (after, until], for each of the buyers."""
        inside = (self.days > after) & (self.days <= until) & np.isin(self.customers, buyers)
        places = np.searchsorted(buyers, self.customers[inside])
        return np.bincount(places, minlength=len(buyers)).astype(float)

    def _rows(self, chosen: NDArray[np.bool_]) -> "BuyingHistory":
        return BuyingHistory(
            self.customers[chosen], self.days[chosen], self.items[chosen], self.values[chosen]
        )


@dataclass(frozen=True)
class Standing:
    """Where each buyer stood on a day: the sufficient statistics of BG/NBD, and more.

    `repeats` are purchases after the first, `recency_days` from first to last purchase,
    `age_days` from the first purchase to the day. `windows` holds repeats in the last 28, 56, 91
    and 182 days, one column each.
    """

    buyers: Ints
    repeats: Floats
    recency_days: Floats
    age_days: Floats
    windows: Floats
    mean_value: Floats
    mean_items: Floats
    first_value: Floats


def standing(history: BuyingHistory, day: float) -> Standing:
    """The standing of everybody who had bought by the end of that day; later rows do not matter."""
    known = history.until(day)
    buyers = known.buyers()
    place, size = np.searchsorted(buyers, known.customers), len(buyers)
    count = np.bincount(place, minlength=size).astype(float)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, place, known.days)
    np.maximum.at(last, place, known.days)
    repeat = known.days > first[place]
    windows = [
        np.bincount(place[repeat & (known.days > day - length)], minlength=size)
        for length in WINDOWS_DAYS
    ]
    return Standing(
        buyers=buyers,
        repeats=count - 1,
        recency_days=last - first,
        age_days=day - first,
        windows=np.column_stack(windows).astype(float),
        mean_value=np.bincount(place, known.values, size) / np.maximum(count, 1),
        mean_items=np.bincount(place, known.items, size) / np.maximum(count, 1),
        first_value=np.bincount(place, np.where(repeat, 0, known.values), size).astype(float),
    )
