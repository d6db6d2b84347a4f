"""K-means gives scikit-learn's clusters, the same ones every time."""

import numpy as np
import pytest

from segments import clusters
from segments.clusters import Scaling

# Ten customers (age, income); the labels, centres and inertia are scikit-learn's own.
SEED = np.array(
    [
        [25, 50000],
        [30, 60000],
        [40, 80000],
        [20, 40000],
        [35, 70000],
        [45, 90000],
        [28, 55000],
        [32, 65000],
        [42, 85000],
        [23, 45000],
    ],
    dtype=float,
)


@pytest.mark.parametrize("scaling", [Scaling.of(SEED), Scaling.none(2)])
def test_the_seed_example_gives_scikit_learns_labels_and_centres(scaling):
    model = clusters.fit(scaling, SEED, k=2)
    found = model.nearest(SEED)

    assert found.labels.tolist() == [1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
    centres = np.array([SEED[found.labels == label].mean(axis=0) for label in (0, 1)])
    assert centres[0] == pytest.approx([40.5, 81250])
    assert centres[1] == pytest.approx([26.3333, 52500], rel=1e-5)
    assert model.middles == pytest.approx(centres)
    inertia = ((SEED - centres[found.labels]) ** 2).sum()
    assert inertia == pytest.approx(656_250_154, abs=1)


def three_groups(seed=1):
    random = np.random.default_rng(seed)
    middles = np.array([[0, 0], [10, 10], [20, 0]])
    return np.concatenate([random.normal(middle, 1, (100, 2)) for middle in middles])


def test_the_number_of_clusters_is_the_one_that_separates_best_and_is_stable():
    matrix = three_groups()

    curve = clusters.judge(Scaling.of(matrix), matrix)

    assert clusters.best(curve) == 3
    assert [judged.k for judged in curve] == list(range(3, 9))
    assert curve[0].stability > 0.95 > curve[-1].stability


def test_without_a_stable_number_the_most_stable_one_is_taken():
    curve = [clusters.Judged(3, 0.9, 0.2), clusters.Judged(4, 0.1, 0.5)]

    assert clusters.best(curve) == 4


def test_a_cluster_keeps_its_number_when_the_customers_change_a_little():
    matrix = three_groups()
    before = clusters.fit(Scaling.of(matrix), matrix, k=3).middles[[2, 0, 1]]
    matrix = np.concatenate([three_groups(seed=2), [[9, 9]] * 20])
    after = clusters.fit(Scaling.of(matrix), matrix, k=3)

    numbers = clusters.follow(after, before)

    for number, centre in zip(numbers, after.middles, strict=True):
        assert np.linalg.norm(before[number] - centre) < 1


def test_a_new_cluster_counts_on():
    matrix = three_groups()
    model = clusters.fit(Scaling.of(matrix), matrix, k=3)

    assert sorted(clusters.follow(model, model.middles[:2])) == [0, 1, 2]


def test_features_of_no_spread_do_no_harm():
    matrix = np.column_stack([np.arange(60.0), np.ones(60)])

    model = clusters.fit(Scaling.of(matrix), matrix, k=3)

    assert set(model.nearest(matrix).labels.tolist()) == {0, 1, 2}


def test_rows_that_hardly_differ_make_fewer_clusters():
    matrix = np.array([[1.0, 2.0], [5.0, 9.0]] * 40)

    assert clusters.judge(Scaling.of(matrix), matrix) == []
    assert len(clusters.fit(Scaling.of(matrix), matrix, k=5).centres) == 2


def test_one_giant_does_not_flatten_the_others():
    money = np.concatenate([np.linspace(10, 100, 200), [1e7]])[:, None]

    scaled = Scaling.of(money).apply(money)

    assert scaled[:200].max() - scaled[:200].min() > 1


def test_the_second_best_cluster_is_the_next_nearest():
    matrix = three_groups()
    model = clusters.fit(Scaling.none(2), matrix, k=3)

    found = model.nearest(matrix)

    distances = np.linalg.norm(matrix[:, None, :] - model.centres[None], axis=2)
    order = distances.argsort(axis=1)
    assert (found.labels == order[:, 0]).all()
    assert (found.seconds == order[:, 1]).all()
    assert found.distances == pytest.approx(distances.min(axis=1))
