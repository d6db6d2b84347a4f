"""What customers bought, as columns of numbers: the one form that every recommender reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a marketer says about `product`: a kind of `recommenders.knowledge.KINDS`.

    `first` are the products of which the customer must have one, where the kind asks for it.
    """

    kind: str
    product: int
    first: tuple[int, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """The products a recommender may choose from, by column; text and category may be empty."""

    ids: Ints
    titles: Sequence[str]
    categories: Sequence[str]
    prices: Matrix  # in cents; NaN where the shop did not say
    rules: Sequence[Rule] = ()
    vectors: Matrix | None = None  # what each text is about; zeros where it was not read

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def column_of(self) -> dict[int, int]:
        return {int(product): column for column, product in enumerate(self.ids)}


@dataclass(frozen=True)
class Purchases:
    """One entry a product of an order: whose (row), what (column), which order, days ago.

    `customers` holds the id of each row, `groups` a number for the customer's kind (its country,
    say). Made of sales only, and of what was known at one moment: ages are days before it.
    """

    catalogue: Catalogue
    customers: Ints
    groups: Ints
    row: Ints
    column: Ints
    order: Ints
    age: Matrix
    _decayed: dict[float, sparse.csr_matrix] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.catalogue)

    def __len__(self) -> int:
        return len(self.row)

    def matrix(self, values: Matrix) -> sparse.csr_matrix:
        """Customers × products, the values of equal entries added."""
        return sparse.csr_matrix((values, (self.row, self.column)), shape=self.shape)

    @cached_property
    def times(self) -> sparse.csr_matrix:
        """In how many orders each customer bought each product."""
        return self.matrix(np.ones(len(self), np.float32))

    @cached_property
    def bought(self) -> sparse.csr_matrix:
        """1 where a customer ever bought a product."""
        once = self.times.copy()
        once.data[:] = 1
        return once

    def decayed(self, days: float) -> sparse.csr_matrix:
        """Orders, each counted as exp(-age / days)."""
        if days not in self._decayed:
            self._decayed[days] = self.matrix(np.exp(-self.age / np.float32(days)))
        return self._decayed[days]

    def extreme_age(self, *, newest: bool) -> sparse.csr_matrix:
        """Days since each customer's newest (or oldest) order of each product, at least 0.01."""
        sign = -1 if newest else 1
        ordered = np.argsort(sign * self.age, kind="stable")  # the last one written stays
        keys = self.row[ordered] * self.shape[1] + self.column[ordered]
        _, last = np.unique(keys[::-1], return_index=True)
        kept = ordered[::-1][last]
        ages = np.maximum(self.age[kept], 0.01)
        return sparse.csr_matrix((ages, (self.row[kept], self.column[kept])), shape=self.shape)

    @cached_property
    def order_counts(self) -> Matrix:
        """How many orders each customer placed."""
        pairs = np.unique(np.stack([self.row, self.order]), axis=1)
        return np.bincount(pairs[0], minlength=self.shape[0]).astype(np.float32)

    @cached_property
    def last_order_age(self) -> Matrix:
        """Days since each customer's last order; 10,000 for those without one."""
        ages = np.full(self.shape[0], 10_000, np.float32)
        np.minimum.at(ages, self.row, self.age)
        return ages

    def until(self, days: float) -> "Purchases":
        """The same customers and products as they were known so many days earlier."""
        kept = self.age > days
        return self._with(kept, self.age[kept] - np.float32(days))

    def since(self, days: float) -> "Purchases":
        """Only what was bought in the last so many days."""
        kept = self.age <= days
        return self._with(kept, self.age[kept])

    def of_customers(self, rows: Ints) -> "Purchases":
        """Only these rows, renumbered in the order given."""
        place = np.full(self.shape[0], -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.row] >= 0
        narrowed = self._with(kept, self.age[kept])
        return replace(
            narrowed,
            customers=self.customers[rows],
            groups=self.groups[rows],
            row=place[narrowed.row],
        )

    def _with(self, kept: NDArray[np.bool_], age: Matrix) -> "Purchases":
        return replace(
            self,
            row=self.row[kept],
            column=self.column[kept],
            order=self.order[kept],
            age=age,
            _decayed={},
        )


def row_scaled(matrix: sparse.csr_matrix, factors: NDArray[Any]) -> sparse.csr_matrix:
    """Each row times its factor."""
    return sparse.csr_matrix(sparse.diags(factors.astype(np.float32)) @ matrix)


def sums(matrix: sparse.csr_matrix, axis: int) -> Matrix:
    """Sums along an axis as a flat array."""
    return np.asarray(matrix.sum(axis=axis), dtype=np.float32).ravel()


def strongest(matrix: Matrix, count: int) -> sparse.csr_matrix:
    """The matrix with only the `count` largest absolute values of each column kept."""
    if count < len(matrix):
        strength = np.abs(matrix)
        bar = np.partition(strength, -count, axis=0)[-count]
        matrix = np.where(strength >= bar, matrix, 0)
    return sparse.csr_matrix(matrix.astype(np.float32))
