"""Gamma-gamma: what a customer's next purchase is worth, drawn towards the shop's mean.

P. Fader, B. Hardie, The Gamma-Gamma Model of Monetary Value (2013), brucehardie.com/notes/025.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from insights.predictors.buying_history import Floats

MOST = 10.0  # logarithm of a parameter; where every order costs the same they grow without end


@dataclass(frozen=True)
class GammaGamma:
    """Values of one customer are gamma (p, nu), nu across customers is gamma (q, gamma)."""

    p: float
    q: float
    gamma: float

    def expected_value(self, purchases: Floats, mean_value: Floats) -> Floats:
        """Mean value of coming purchases; the fewer there were, the nearer to everybody's."""
        mean_of_all = self.gamma * self.p / (self.q - 1)
        own = self.p * purchases / (self.p * purchases + self.q - 1)
        return (1 - own) * mean_of_all + own * mean_value


def fit(purchases: Floats, mean_value: Floats) -> GammaGamma:
    """Maximum likelihood over customers with a positive mean value; q stays above 1.

    `q` and `gamma` are held by a weak prior, so ten buyers give an answer too.
    """
    usable = (purchases > 0) & (mean_value > 0)
    if not usable.any():
        return GammaGamma(p=1.0, q=2.0, gamma=0.0)
    count, mean = purchases[usable], mean_value[usable]
    scale = float(np.median(mean))

    def loss(logs: Floats) -> float:
        p, q, gamma = np.exp(logs[0]), 1 + np.exp(logs[1]), scale * np.exp(logs[2])
        chance = gammaln(p * count + q) - gammaln(p * count) - gammaln(q) + q * np.log(gamma)
        chance += (p * count - 1) * np.log(mean) + p * count * np.log(count)
        chance -= (p * count + q) * np.log(gamma + mean * count)
        return float(-chance.sum() + (logs**2).sum() / 2)

    found = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=[(-MOST, MOST)] * 3).x
    return GammaGamma(
        float(np.exp(found[0])), 1 + float(np.exp(found[1])), scale * float(np.exp(found[2]))
    )
