"""K-means gives scikit-learn's clusters, the same ones every time."""

import numpy as np
import pytest

from segments import clusters

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


@pytest.mark.parametrize("standardise", [True, False])
def test_the_seed_example_gives_scikit_learns_labels_and_centres(standardise):
    found = clusters.cluster(SEED, k=2, standardise=standardise)

    assert found.labels.tolist() == [1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
    assert found.centres[0] == pytest.approx([40.5, 81250])
    assert found.centres[1] == pytest.approx([26.3333, 52500], rel=1e-5)
    assert found.inertia == pytest.approx(656_250_154, abs=1)


def three_groups(seed=1):
    random = np.random.default_rng(seed)
    middles = np.array([[0, 0], [10, 10], [20, 0]])
    return np.concatenate([random.normal(middle, 1, (100, 2)) for middle in middles])


def test_the_number_of_clusters_is_the_one_that_separates_best():
    silhouettes = clusters.choose_k(three_groups())

    assert max(silhouettes, key=lambda k: silhouettes[k]) == 3
    assert set(silhouettes) == set(range(3, 9))


def test_a_cluster_keeps_its_number_when_the_customers_change_a_little():
    before = clusters.cluster(three_groups(), k=3)
    matrix = np.concatenate([three_groups(seed=2), [[9, 9]] * 20])
    after = clusters.cluster(matrix, k=3)

    numbers = clusters.follow(after, matrix, before.centres[[2, 0, 1]])

    for number, centre in zip(numbers, after.centres, strict=True):
        assert np.linalg.norm(before.centres[[2, 0, 1]][number] - centre) < 1


def test_a_new_cluster_counts_on():
    matrix = three_groups()
    found = clusters.cluster(matrix, k=3)

    assert sorted(clusters.follow(found, matrix, found.centres[:2])) == [0, 1, 2]


def test_features_of_no_spread_do_no_harm():
    matrix = np.column_stack([np.arange(60.0), np.ones(60)])

    assert set(clusters.cluster(matrix, k=3).labels.tolist()) == {0, 1, 2}


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_rows_that_hardly_differ_make_fewer_clusters():
    matrix = np.array([[1.0, 2.0], [5.0, 9.0]] * 40)

    assert clusters.choose_k(matrix) == {}
    assert set(clusters.cluster(matrix, k=5).labels.tolist()) == {0, 1}
