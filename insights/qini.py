"""Qini: how much more a ranking brings than writing to customers at random.

N. Radcliffe, Using control groups to target on predicted lift (2007); normalised by the curve of a
perfect ranking, as scikit-uplift's `qini_auc_score` does (MIT licence, definition only).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def curve(outcome: Ints, rank: Floats, treated: Ints) -> tuple[Floats, Floats]:
    """Customers written to, and additional outcomes among them; rows of equal rank go together."""
    order = np.argsort(rank, kind="mergesort")[::-1]
    outcome, rank, treated = outcome[order], rank[order], treated[order]
    last = np.r_[np.flatnonzero(np.diff(rank)), len(rank) - 1]
    sent, held = np.cumsum(treated)[last], np.cumsum(1 - treated)[last]
    of_sent, of_held = np.cumsum(outcome * treated)[last], np.cumsum(outcome * (1 - treated))[last]
    ratio = np.divide(sent, held, out=np.zeros(len(last)), where=held != 0)
    return np.r_[0.0, last + 1.0], np.r_[0.0, of_sent - of_held * ratio]


def qini(outcome: Ints, rank: Floats, treated: Ints) -> float:
    """Area above chance ÷ that of a perfect ranking; 0 is chance, negative is worse."""
    people, gained = curve(outcome, rank, treated)
    everybody, best = curve(outcome, (outcome * (2 * treated - 1)).astype(float), treated)
    chance = gained[-1] * people[-1] / 2
    perfect = float(np.trapezoid(best, everybody)) - chance
    return (float(np.trapezoid(gained, people)) - chance) / perfect if perfect else 0.0
