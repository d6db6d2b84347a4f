"""How many orders each customer will place: BG/NBD blended with two challengers.

The challengers learn from earlier windows of the same history: at several past days they see what
was known then and are told what followed, up to today and never beyond. One is a Poisson regression
(good at order: who buys again), one a forest (good at size: heavy buyers, saturation); both learn a
rate per week, weighted by the weeks that were watched. BG/NBD decays too fast over a long horizon
and a constant rate not at all; equal weights were as good as fitted ones and do not vary
(the forecast combination puzzle, Smith & Wallis 2009).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from insights.predictors import bg_nbd
from insights.predictors.bg_nbd import BgNbd
from insights.predictors.buying_history import BuyingHistory, Floats, Standing, standing

SEED = 0
WEEK = 7.0
FIRST_CUT_WEEKS, CUT_STEP_WEEKS = 9, 4
MOST_OF_SPAN = 2 / 3  # an earlier day knows too little to learn from
FEWEST_BUYERS = 200  # below, the challengers learn noise
FIT_BUYERS = 50_000
FEATURES = (
    "expected_rate",
    "alive",
    "rate_while_alive",
    "repeats",
    "recency_days",
    "age_days",
    "days_since_last",
    "share_of_life_since_last",
    "repeats_28d",
    "repeats_56d",
    "repeats_91d",
    "repeats_182d",
    "mean_value",
    "mean_items",
    "first_value",
    "mean_gap_days",
    "gaps_since_last",
)
LOGGED = [3, 4, 5, 6, 8, 9, 10, 11, 16]  # counts and days, for the regression


@dataclass(frozen=True)
class ExpectedOrders:
    """The fitted blend; without challengers (too short a history) BG/NBD alone."""

    structure: BgNbd
    challengers: tuple[Any, Any] | None

    def predict(self, history: BuyingHistory, today: float, horizon_days: float) -> Floats:
        """Expected order days of every buyer (ascending) in the horizon after today."""
        now = standing(history, today)
        weeks = horizon_days / WEEK
        structural = expected(self.structure, now, weeks)
        if self.challengers is None:
            return structural
        seen = features(self.structure, now)
        regression, forest = self.challengers
        rates = regression.predict(logged(seen)) + forest.predict(seen)
        return (structural + rates * weeks) / 3


def fit(history: BuyingHistory, today: float) -> ExpectedOrders:
    """Learn from everything until today; later rows are not looked at."""
    known = history.until(today)
    structure = fit_structure(standing(known, today))
    cuts = past_days(known, today)
    if not cuts or len(known.buyers()) < FEWEST_BUYERS:
        return ExpectedOrders(structure, None)
    chosen = _sample(known)
    seen, rates, weeks = (
        np.concatenate(part)
        for part in zip(*[_lesson(chosen, cut, today) for cut in cuts], strict=True)
    )
    regression = make_pipeline(StandardScaler(), PoissonRegressor(alpha=0.05, max_iter=2000))
    regression.fit(logged(seen), rates, poissonregressor__sample_weight=weeks)
    leaf = max(20, len(seen) // 1000)
    forest = ExtraTreesRegressor(
        200, min_samples_leaf=leaf, max_features=0.5, random_state=SEED
    ).fit(seen, rates, sample_weight=weeks)
    return ExpectedOrders(structure, (regression, forest))


def past_days(history: BuyingHistory, today: float) -> list[float]:
    """The earlier days to learn from: every 4 weeks, from 9 weeks ago to 2/3 of the history."""
    if not len(history.days):
        return []
    span_weeks = (today - float(history.days.min())) / WEEK
    weeks = range(FIRST_CUT_WEEKS, int(span_weeks * MOST_OF_SPAN) + 1, CUT_STEP_WEEKS)
    return [today - WEEK * back for back in weeks]


def fit_structure(now: Standing) -> BgNbd:
    """BG/NBD in weeks."""
    return bg_nbd.fit(now.repeats, now.recency_days / WEEK, now.age_days / WEEK)


def expected(model: BgNbd, now: Standing, weeks: float) -> Floats:
    """What BG/NBD expects of everybody in that many weeks."""
    return model.expected(now.repeats, now.recency_days / WEEK, now.age_days / WEEK, weeks)


def features(model: BgNbd, now: Standing) -> Floats:
    """A row per buyer, columns as in FEATURES."""
    age, recency = now.age_days / WEEK, now.recency_days / WEEK
    since, life = now.age_days - now.recency_days, np.maximum(now.age_days, 1)
    quarter = model.expected(now.repeats, recency, age, 13.0) / 13
    gap = np.where(now.repeats > 0, now.recency_days / np.maximum(now.repeats, 1), now.age_days)
    columns = [
        np.log(quarter + 1e-4),
        model.alive(now.repeats, recency, age),
        np.log(model.rate(now.repeats, age)),
        now.repeats,
        now.recency_days,
        now.age_days,
        since,
        since / life,
        *now.windows.T,
        np.log1p(np.maximum(now.mean_value, 0)),
        np.log1p(np.maximum(now.mean_items, 0)),
        np.log1p(np.maximum(now.first_value, 0)),
        gap,
        since * (now.repeats + 1) / life,
    ]
    return np.column_stack(columns)


def logged(seen: Floats) -> Floats:
    """The same with counts and days drawn in, so that a linear model meets no giants."""
    table = seen.copy()
    table[:, LOGGED] = np.log1p(table[:, LOGGED])
    return table


def _lesson(history: BuyingHistory, cut: float, today: float) -> tuple[Floats, Floats, Floats]:
    """What was known on the day, the orders a week that followed, the weeks they were watched.

    BG/NBD is fitted anew on what was known, so its own features do not know the future either.
    """
    then = standing(history, cut)
    weeks = (today - cut) / WEEK
    followed = history.count_between(then.buyers, cut, today)
    return features(fit_structure(then), then), followed / weeks, np.full(len(followed), weeks)


def _sample(history: BuyingHistory) -> BuyingHistory:
    buyers = history.buyers()
    if len(buyers) <= FIT_BUYERS:
        return history
    chosen = np.random.default_rng(SEED).choice(buyers, FIT_BUYERS, replace=False)
    return history.of_customers(chosen)
