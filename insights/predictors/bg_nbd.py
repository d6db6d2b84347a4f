"""BG/NBD: how often a customer will buy, and whether they still do.

P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from insights.predictors.buying_history import Floats

STARTS = ((0.0, 1.0, 0.0, 1.0), (-1.0, 1.5, -0.3, 0.8))
# With fewer repeat buyers the likelihood is nearly flat; parameters are drawn towards these, the
# ones of the paper (weeks), by a penalty worth PRIOR_WEIGHT customers.
USUAL = np.log([0.243, 4.414, 0.793, 2.426])
ENOUGH_BUYERS = 200
# Logarithms beyond them change no answer, but overflow: a shop of one rhythm drives them to no end.
BOUNDS = ((-5.0, 5.0), (-5.0, 5.0), (-4.0, 4.0), (-4.0, 4.0))
PRIOR_WEIGHT = 2.0


@dataclass(frozen=True)
class BgNbd:
    """Purchase rates are gamma (r, alpha), the chance to leave after one is beta (a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """The probability that each customer still buys."""
        odds = np.where(
            repeats > 0,
            self.a
            / (self.b + np.maximum(repeats, 1) - 1)
            * ((self.alpha + age) / (self.alpha + recency)) ** (self.r + repeats),
            0.0,
        )
        return 1 / (1 + odds)

    def rate(self, repeats: Floats, age: Floats) -> Floats:
        """Purchases a unit of time while alive."""
        return (self.r + repeats) / (self.alpha + age)

    def expected(self, repeats: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases in the horizon (the time unit of the fit)."""
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # the formula divides by a - 1
        total = a + self.b + repeats - 1
        z = horizon / (self.alpha + age + horizon)
        # Euler's transformation: no power of `repeats` is left, so 500 orders do not overflow.
        decay = (1 - z) ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, total, z)
        return total / (a - 1) * (1 - decay) * self.alive(repeats, recency, age)


def fit(repeats: Floats, recency: Floats, age: Floats) -> BgNbd:
    """Maximum likelihood; below 200 buyers drawn towards the parameters of the paper.

    Any unit of time, weeks recommended. Customers with equal numbers are computed once.
    """
    rows, counts = np.unique(np.column_stack([repeats, recency, age]), axis=0, return_counts=True)
    weights = counts.astype(float)
    pull = PRIOR_WEIGHT * max(0.0, 1 - len(repeats) / ENOUGH_BUYERS)

    def loss(logs: Floats) -> float:
        return -_log_likelihood(logs, rows, weights) + pull * float(((logs - USUAL) ** 2).sum())

    starts = [minimize(loss, start, method="L-BFGS-B", bounds=BOUNDS) for start in STARTS]
    best = min(starts, key=lambda found: float(found.fun))
    polish = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000}
    best = minimize(loss, best.x, method="Nelder-Mead", bounds=BOUNDS, options=polish)
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BgNbd(r, alpha, a, b, _log_likelihood(best.x, rows, weights))


def _log_likelihood(logs: Floats, rows: Floats, weights: Floats) -> float:
    """Equation 6 of the paper in logarithms; sums of exponentials never leave them."""
    r, alpha, a, b = np.exp(logs)
    repeats, recency, age = rows.T
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    common += betaln(a, b + repeats) - betaln(a, b)
    stayed = -(r + repeats) * np.log(alpha + age)
    left = np.full(len(repeats), -np.inf)
    again = repeats > 0
    left[again] = np.log(a) - np.log(b + repeats[again] - 1)
    left[again] -= (r + repeats[again]) * np.log(alpha + recency[again])
    return float(weights @ (common + np.logaddexp(stayed, left)))
