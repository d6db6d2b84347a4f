"""Knowledge: what the marketer says about products. It is not weighed but stands above the rest."""

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from insights.purchases import Ints, Matrix, Purchases, Rule
from insights.recommenders.base import Recommender

KINDS = {
    "goes_with": _("goes with: recommended to whoever has the first"),
    "replaces": _("replaces: takes the place of the first"),
    "never_with": _("never with: not to whoever has the first"),
    "only_after": _("only after: only to whoever has the first"),
    "prefer": _("prefer: further up for everybody"),
    "hold_back": _("hold back: to nobody"),
}
OF_ONE = {"prefer", "hold_back"}  # kinds that speak of one product only
AMONG_THE_FIRST = 10  # "goes with" puts a product so far up at least
PREFER = 1.0  # added to the logarithm of the odds: 2.7 times as likely


class Knowledge(Recommender):
    """Changes the scores of others by the shop's rules; says nothing where there are none."""

    label = _("Goes with what the customer has")

    nominates = ()

    def fit(self, purchases: Purchases) -> None:
        """Nothing is learned: the rules come with the catalogue."""

    def evidence(self, purchases: Purchases) -> dict[str, Matrix]:
        return {}

    def score(self, purchases: Purchases) -> Matrix:
        return self.overrule(np.zeros(purchases.shape, np.float32), purchases)

    def overrule(self, scores: Matrix, purchases: Purchases) -> Matrix:
        """The scores as the rules want them; -inf where a product must not be recommended.

        What forbids comes last, so that it wins whatever else is said.
        """
        changed = scores.copy()
        places = {kind: place for place, kind in enumerate(KINDS)}
        for rule in sorted(purchases.catalogue.rules, key=lambda rule: places[rule.kind]):
            column = purchases.catalogue.column_of.get(rule.product)
            if column is not None:
                self._apply(rule, column, changed, purchases)
        return changed

    def _apply(self, rule: Rule, column: int, scores: Matrix, purchases: Purchases) -> None:
        if rule.kind in OF_ONE:
            scores[:, column] += PREFER if rule.kind == "prefer" else -np.inf
            return
        places = purchases.catalogue.column_of
        first = np.array([places[pk] for pk in rule.first if pk in places], np.int64)
        has, most = _have(purchases, first), min(AMONG_THE_FIRST, scores.shape[1])
        match rule.kind:
            case "goes_with":
                bar = np.partition(scores[has], -most, axis=1)[:, -most]
                scores[has, column] = np.maximum(scores[has, column], bar)
            case "replaces":
                best = scores[:, first].max(axis=1, initial=-np.inf)
                scores[:, column] = np.maximum(scores[:, column], best)
                scores[:, first[first != column]] = -np.inf
            case "never_with":
                scores[has, column] = -np.inf
            case "only_after":
                scores[~has, column] = -np.inf


def _have(purchases: Purchases, columns: Ints) -> NDArray[np.bool_]:
    """Which customers ever bought one of these."""
    had = np.zeros(purchases.shape[0], bool)
    had[purchases.row[np.isin(purchases.column, columns)]] = True
    return had
