"""Uplift is found where it is, and given up where it is not."""

import json

import numpy as np
import pytest

from insights import uplift
from insights.qini import qini
from insights.uplift_scores import worth_writing
from shops import sentences


def people(count, *, effect, seed=0):
    """Outcomes of a coin; treatment adds `effect` where the first feature is positive."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 4))
    treated = random.integers(0, 2, count)
    chance = 0.08 + 0.03 * (features[:, 1] > 0) + effect * treated * (features[:, 0] > 0)
    return features, treated, (random.random(count) < chance).astype(int)


def test_qini_of_the_perfect_ranking_is_one_and_of_its_reverse_negative():
    outcome, treated = np.array([1, 1, 0, 0, 1, 0]), np.array([1, 0, 1, 0, 1, 0])
    perfect = (outcome * (2 * treated - 1)).astype(float)

    assert qini(outcome, perfect, treated) == pytest.approx(1)
    assert qini(outcome, -perfect, treated) < 0


def test_qini_agrees_with_scikit_uplift():
    random = np.random.default_rng(5)
    outcome, treated = random.integers(0, 2, 200), random.integers(0, 2, 200)
    rank = np.round(random.normal(size=200), 1)

    of_the_package = 0.018503058314435068  # scikit-uplift 0.5.1, `qini_auc_score`
    assert qini(outcome, rank, treated) == pytest.approx(of_the_package, abs=1e-9)


@pytest.fixture(scope="module")
def model():
    return uplift.fit(*people(12_000, effect=0.12))


def test_those_whom_the_message_moves_come_first(model):
    features, treated, outcome = people(12_000, effect=0.12, seed=1)

    rank = model.rank(features)

    assert model.method == "uplift"
    assert np.corrcoef(rank, features[:, 0])[0, 1] > 0.7
    assert qini(outcome, rank, treated) > qini(outcome, features[:, 1], treated)


def test_the_effect_is_calibrated(model):
    features, _treated, _outcome = people(4_000, effect=0.12, seed=2)

    effect = model.effect(features)

    assert effect[features[:, 0] > 0].mean() == pytest.approx(0.1, abs=0.04)
    assert effect[features[:, 0] < 0].mean() == pytest.approx(0.02, abs=0.04)


def test_writing_to_the_persuadable_half_is_worth_more_than_to_any_half(model):
    features, treated, outcome = people(12_000, effect=0.12, seed=3)
    rank = model.rank(features)

    value = uplift.policy_value(features, treated, outcome, rank > np.median(rank))

    assert value.policy - value.random > 1.96 * value.error
    assert value.nobody < value.random < value.everybody


def test_without_effect_it_falls_back_and_says_so():
    model = uplift.fit(*people(6_000, effect=0.0))

    assert model.method in {"response", "rules"}
    assert "Qini" in sentences.said(model.why)


def test_where_the_effect_goes_with_the_answer_the_answer_ranks_and_it_is_said():
    """One thing decides how many buy, and treatment adds a third to it: a model of the answer
    alone is as right as any of the effect, and steadier."""
    random = np.random.default_rng(0)
    features, treated = random.normal(size=(6_000, 8)), random.integers(0, 2, 6_000)
    chance = (1 + 0.35 * treated) / (1 + np.exp(3.2 - 1.1 * features[:, 0]))
    outcome = (random.random(6_000) < chance).astype(int)

    model = uplift.fit(features, treated, outcome)

    assert (model.method, [one.name for one in model.committee]) == ("response", ["response"])
    best = max(one.qini for one in model.judged if one.name != "response")
    said = sentences.said(model.why)
    assert f"Qini {best:.3f}" in said
    assert "who answers anyway" in said
    effect = model.effect(features)
    assert np.corrcoef(effect, features[:, 0])[0, 1] > 0.6
    assert effect.mean() == pytest.approx(model.mean_effect, rel=0.2)


def test_too_few_outcomes_leave_it_to_rules():
    features, treated, outcome = people(200, effect=0.1)

    model = uplift.fit(features, treated, outcome)

    assert model.method == "rules"
    assert "of 50 outcomes" in sentences.said(model.why)
    assert set(model.rank(features)) == {0.0}


def test_some_of_the_others_are_written_to_so_that_learning_goes_on_always_the_same_ones():
    gains, customers = np.array([1.5] * 100 + [0.4] * 900), np.arange(1, 1001)

    chosen = worth_writing(gains, customers, 7, 0.05)

    assert chosen[:100].all()
    assert 20 <= chosen[100:].sum() <= 80
    assert np.array_equal(chosen, worth_writing(gains, customers, 7, 0.05))
    assert not np.array_equal(chosen, worth_writing(gains, customers, 8, 0.05))


def test_what_was_learned_says_the_same_after_it_was_kept_as_numbers(model):
    features, _treated, _outcome = people(500, effect=0.12, seed=4)

    again = uplift.from_numbers(json.loads(json.dumps(model.numbers())))

    assert np.allclose(again.effect(features), model.effect(features))
