"""Does the holdout's interval keep its promise when it is looked at every day?

Method: 400 simulated campaigns of 60 days, seed 0. Each day customers enter (about 150, a tenth of
them held out); whether they buy follows their own propensity, what they spend is log-normal; the
covariate is their noisy earlier spending. With a known lift on buying (goal) and on revenue, a run
counts as covered only if every daily interval that was shown contains the truth. Without any lift
(A/A), a run is a false alarm if any day's interval leaves zero out, or the split alarm rings.
"""

from pathlib import Path
from typing import Any

import numpy as np

from insights.lift import SPLIT_ALARM, Lift, Sums, lift, split_odds

RUNS, DAYS, A_DAY, HELD_OUT = 400, 60, 150, 0.1
BASE_RATE, LIFTED_RATE, MEAN_SPEND = 0.06, 0.09, 40.0


def run(data: Path) -> dict[str, Any]:
    """Shares of runs; `data` is not used."""
    lifted = [campaign(np.random.default_rng([0, n]), LIFTED_RATE) for n in range(RUNS)]
    alike = [campaign(np.random.default_rng([1, n]), BASE_RATE) for n in range(RUNS)]
    truth = LIFTED_RATE - BASE_RATE
    return {
        "runs": RUNS,
        "goal_coverage": share(covers(days, "goal", truth) for days in lifted),
        "revenue_coverage": share(covers(days, "revenue", truth * MEAN_SPEND) for days in lifted),
        "goal_false_alarms": share(not covers(days, "goal", 0.0) for days in alike),
        "revenue_false_alarms": share(not covers(days, "revenue", 0.0) for days in alike),
        "goal_proved": share(days[-1]["goal"].is_proved for days in lifted),
        "revenue_proved": share(days[-1]["revenue"].is_proved for days in lifted),
        "split_false_alarms": share(
            any(day["split"] > SPLIT_ALARM for day in days) for days in alike
        ),
        "adjusted_away": round(
            float(np.mean([days[-1]["revenue"].adjusted_away for days in lifted])), 3
        ),
    }


def campaign(rng: np.random.Generator, rate: float) -> list[dict[str, Any]]:
    """What each day's look would have shown."""
    count = rng.poisson(A_DAY, DAYS)
    day = np.repeat(np.arange(DAYS), count)
    held = rng.random(len(day)) < HELD_OUT
    propensity = rng.beta(0.6, 9.4, len(day)) / 0.06
    bought = rng.random(len(day)) < np.clip(propensity * np.where(held, BASE_RATE, rate), 0, 1)
    spend = bought * rng.lognormal(np.log(MEAN_SPEND) - 0.32, 0.8, len(day))
    before = propensity * MEAN_SPEND * rng.lognormal(-0.125, 0.5, len(day))
    goal, revenue = (daily(y.astype(float), before, day, held) for y in (bought, spend))
    return [
        {
            "goal": lift(*goal[n]),
            "revenue": lift(*revenue[n]),
            "split": split_odds(goal[n][0].n, goal[n][1].n, held_out_fraction=HELD_OUT),
        }
        for n in range(DAYS)
    ]


def daily(y: Any, x: Any, day: Any, held: Any) -> list[tuple[Sums, Sums]]:
    """Both arms' sums at the end of each day."""
    columns = np.stack([np.ones_like(y), y != 0, y, y * y, x, x * x, x * y])
    sums = []
    for arm in (~held, held):
        grown = [np.bincount(day[arm], column[arm], DAYS).cumsum() for column in columns]
        sums.append([Sums(int(n), int(e), *rest) for n, e, *rest in zip(*grown, strict=True)])
    return list(zip(*sums, strict=True))


def covers(days: list[dict[str, Any]], outcome: str, truth: float) -> bool:
    shown: list[Lift] = [day[outcome] for day in days if day[outcome].enough]
    return all(each.low <= truth <= each.high for each in shown)


def share(found: Any) -> float:
    return round(float(np.mean(list(found))), 4)
