"""What a predictor must offer to be trained, judged, registered and explained."""

from abc import ABC, abstractmethod
from typing import Any

from django.utils.functional import Promise

from insights.features import Floats, Table


class Predictor(ABC):
    """A question about every buyer, answered by a number; learned per shop.

    `kind` is "chance" (0 to 1, judged by AUC) or "amount" (judged by mean absolute error). What is
    learned is plain JSON.
    """

    name: str
    question: Promise
    horizon_days: int
    kind: str = "chance"
    baseline_name: Promise

    @abstractmethod
    def label(self, followed: Floats) -> Floats:
        """The truth, from how many orders followed in the horizon."""

    @abstractmethod
    def baseline(self, table: Table) -> Floats:
        """The trivial answer it must beat."""

    @abstractmethod
    def fit(self, table: Table, label: Floats) -> dict[str, Any]:
        """What is learned, as plain numbers."""

    @abstractmethod
    def predict(self, learned: dict[str, Any], table: Table) -> Floats:
        """The answer for every row."""

    @abstractmethod
    def terms(self, learned: dict[str, Any], table: Table) -> Floats:
        """How much each feature (column) raises or lowers each row's answer."""
