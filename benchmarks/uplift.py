"""Whom to write to: Hillstrom's e-mail test, women's mail against none, outcome visit.

Method: seeds 0 to 9, each a 50/50 split stratified by arm × outcome; the learner or committee is
chosen by cross-validation inside the training half and judged on the other by scikit-uplift's
`qini_auc_score`. Policy: the half of the test customers ranked highest is written to; its visits
per customer by a doubly robust estimate, against a random half, everybody and nobody, and net of a
cost per message of half the mean effect.
"""

import csv
import gzip
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from insights import uplift, uplift_learners
from insights.qini import qini
from insights.uplift_learners import Floats, Ints

NUMBERS = ("recency", "history", "mens", "womens", "newbie")
KINDS = ("zip_code", "channel")


def run(data: Path) -> dict[str, Any]:
    """Mean and standard deviation over the seeds; the policy's means over the same."""
    began = time.perf_counter()
    features, treated, outcome = read(data / "hillstrom.csv.gz")
    rounds = [_round(seed, features, treated, outcome) for seed in range(10)]
    qinis, responses = (np.array([one[n] for one in rounds]) for n in (0, 1))
    values = [one[2] for one in rounds]
    return {
        "qini_mean": round(float(qinis.mean()), 4),
        "qini_sd": round(float(qinis.std()), 4),
        "response_qini_mean": round(float(responses.mean()), 4),
        "above_response": int((qinis > responses).sum()),
        "policy_value": _mean([value.policy for value in values]),
        "random_value": _mean([value.random for value in values]),
        "everybody_value": _mean([value.everybody for value in values]),
        "nobody_value": _mean([value.nobody for value in values]),
        "policy_net": _mean([_net(value.policy, 0.5, value) for value in values]),
        "everybody_net": _mean([_net(value.everybody, 1.0, value) for value in values]),
        "policy_above_random": sum(v.policy - v.random > 1.96 * v.error for v in values),
        "methods": sorted({one[3] for one in rounds}),
        "seconds": round(time.perf_counter() - began, 1),
    }


def _round(
    seed: int, features: Floats, treated: Ints, outcome: Ints
) -> tuple[float, float, uplift.PolicyValue, str]:
    train, test = train_test_split(
        np.arange(len(outcome)), test_size=0.5, random_state=seed, stratify=treated * 2 + outcome
    )
    model = uplift.fit(features[train], treated[train], outcome[train])
    rank = model.rank(features[test])
    response = uplift_learners.Response().fit(features[train], treated[train], outcome[train])
    value = uplift.policy_value(
        features[test], treated[test], outcome[test], rank > np.median(rank)
    )
    names = "+".join(learner.name for learner in model.committee)
    judge = outcome[test], treated[test]
    return (
        qini(judge[0], rank, judge[1]),
        qini(judge[0], response.effect(features[test]), judge[1]),
        value,
        f"{model.method}: {names}",
    )


def read(path: Path) -> tuple[Floats, Ints, Ints]:
    """Women's mail and no mail: features, treated, visit."""
    with gzip.open(path, "rt") as lines:
        rows = [row for row in csv.DictReader(lines) if row["segment"] != "Mens E-Mail"]
    columns = [np.array([float(row[name]) for row in rows]) for name in NUMBERS]
    columns[1] = np.log(columns[1])
    for name in KINDS:
        for kind in sorted({row[name] for row in rows})[1:]:
            columns.append(np.array([float(row[name] == kind) for row in rows]))
    treated = np.array([int(row["segment"] == "Womens E-Mail") for row in rows])
    return np.column_stack(columns), treated, np.array([int(row["visit"]) for row in rows])


def _net(value: float, share: float, of: uplift.PolicyValue) -> float:
    """Visits per customer less what the messages cost, a message costing half the mean effect."""
    return value - share * (of.everybody - of.nobody) / 2


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 4)
