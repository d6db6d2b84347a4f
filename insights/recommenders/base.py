"""What a recommender must offer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from insights.purchases import Matrix, Purchases

Fitted = dict[str, Any]  # arrays and sparse matrices


class Recommender(ABC):
    """Says how well each product of the catalogue suits each customer.

    What `fit` learned stands in `fitted`, as plain arrays and sparse matrices only: it is stored
    and loaded without running anything.
    """

    label: ClassVar[Any]  # a translatable text
    nominates: ClassVar[tuple[str, ...]] = ("score",)  # evidence that may bring products up

    def __init__(self) -> None:
        self.fitted: Fitted = {}

    @abstractmethod
    def fit(self, purchases: Purchases) -> None:
        """Learn from these purchases and nothing later."""

    @abstractmethod
    def score(self, purchases: Purchases) -> Matrix:
        """Customers × products, the higher the better. Any customers; the products of `fit`."""

    def evidence(self, purchases: Purchases) -> Mapping[str, Matrix]:
        """What the blend weighs, by name: arrays that broadcast to customers × products, ≥ 0."""
        return {"score": self.score(purchases)}

    def overrule(self, scores: Matrix, purchases: Purchases) -> Matrix:
        """The blend's scores, changed by what stands above them; -inf is never recommended."""
        return scores
