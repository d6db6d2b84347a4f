"""How good a model is, beside the trivial answer, and whether that is more than luck."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

Floats = NDArray[np.float64]

ROUNDS = 200
SEED = 0


@dataclass(frozen=True)
class Verdict:
    """`gain` is how much better than the baseline; `gains` the same for customers drawn again."""

    metrics: dict[str, Any]
    gain: float
    gains: list[float]
    calibration: list[list[float]]
    lift: list[float]

    def sure(self, tried: int = 1) -> float:
        """Lower bound of the gain (95 %, one-sided) of the best of so many that were tried."""
        return min(self.gain, float(np.quantile(self.gains, 0.05 / tried))) if self.gains else -1.0


def of_chance(true: Floats, said: Floats, baseline: Floats) -> Verdict:
    """AUC against the baseline's; accuracy, precision, recall and F1 at a chance of one half."""
    precision, recall, f1, _support = precision_recall_fscore_support(
        true, said >= 0.5, average="binary", zero_division=0
    )
    gains = [
        roc_auc_score(true[rows], said[rows]) - roc_auc_score(true[rows], baseline[rows])
        for rows in _drawn(true)
    ]
    metrics = {
        "auc": roc_auc_score(true, said),
        "baseline_auc": roc_auc_score(true, baseline),
        "average_precision": average_precision_score(true, said),
        "accuracy": float(((said >= 0.5) == true).mean()),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "rate": float(true.mean()),
    }
    return _verdict(metrics, metrics["auc"] - metrics["baseline_auc"], gains, true, said)


def of_amount(true: Floats, said: Floats, baseline: Floats) -> Verdict:
    """Root mean squared error (predicting zero often wins the absolute one) against the baseline's.

    The gain is at most that on the true mean told to everybody: what is drawn towards the mean
    beats a noisy rule without knowing anything of anybody. Few large buyers make that mean as
    uncertain as can be, so customers drawn again are asked about the baseline alone.
    """
    off, base, flat = (said - true) ** 2, (baseline - true) ** 2, (true.mean() - true) ** 2
    metrics = {
        "rmse": float(off.mean() ** 0.5),
        "baseline_rmse": float(base.mean() ** 0.5),
        "mean_rmse": float(flat.mean() ** 0.5),
        "mae": float(np.abs(said - true).mean()),
        "bias": float(said.sum() / max(true.sum(), 1e-9)),
    }
    gains = [float(base[rows].mean() ** 0.5 - off[rows].mean() ** 0.5) for rows in _drawn(true)]
    gain = min(metrics["baseline_rmse"], metrics["mean_rmse"]) - metrics["rmse"]
    return _verdict(metrics, gain, gains, true, said)


def of_hour(true: Floats, said: Floats, baseline: Floats) -> Verdict:
    """Hours of the day: how much likelier what was done becomes, per action; and how many actions
    fell within an hour of the one that was named."""
    times = np.maximum(true.sum(axis=1), 1)
    gained = (true * (np.log(said) - np.log(baseline))).sum(axis=1)
    random = np.random.default_rng(SEED)
    draws = (random.integers(0, len(true), len(true)) for _ in range(ROUNDS))
    gains = [float(gained[rows].sum() / times[rows].sum()) for rows in draws]
    metrics = {"hit": _near(true, said), "baseline_hit": _near(true, baseline)}
    share = true / times[:, None]
    gain = float(gained.sum() / times.sum())
    return _verdict(metrics, gain, gains, share.ravel(), np.asarray(said).ravel())


def _near(true: Floats, said: Floats) -> float:
    best = said.argmax(axis=1)
    rows, hours = np.arange(len(true))[:, None], (best[:, None] + np.array([-1, 0, 1])) % 24
    return float(true[rows, hours].sum() / max(true.sum(), 1))


def stability_index(before: list[float], now: Floats) -> float:
    """PSI between the tenths a model had in training (their 9 cuts) and today; 0.25 is much."""
    cuts = np.unique(before)
    shares = np.bincount(np.searchsorted(cuts, now), minlength=len(cuts) + 1) / max(len(now), 1)
    expected = np.diff(np.r_[0, np.searchsorted(before, cuts, side="right") / 10, 1.0])
    shares, expected = np.maximum(shares, 1e-4), np.maximum(expected, 1e-4)
    return float(((shares - expected) * np.log(shares / expected)).sum())


def _verdict(
    metrics: dict[str, Any], gain: float, gains: list[float], true: Floats, said: Floats
) -> Verdict:
    tenths = [part for part in np.array_split(np.argsort(-said, kind="stable"), 10) if len(part)]
    mean = max(float(true.mean()), 1e-9)
    return Verdict(
        {name: round(float(value), 4) for name, value in metrics.items()},
        float(gain),
        gains,
        [[float(said[p].mean()), float(true[p].mean()), float(len(p))] for p in tenths],
        [round(float(true[part].mean()) / mean, 3) for part in tenths],
    )


def _drawn(true: Floats) -> list[NDArray[np.int64]]:
    """Bootstrap rows in which both answers occur."""
    random = np.random.default_rng(SEED)
    drawn = (random.integers(0, len(true), len(true)) for _ in range(ROUNDS))
    return [rows for rows in drawn if true[rows].min() < true[rows].max()]
