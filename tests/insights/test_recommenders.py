"""Each recommender finds what it is there to find, in purchases made for it."""

from dataclasses import replace

import numpy as np
import pytest

from insights import ranking, recommenders
from insights.purchases import Catalogue, Purchases, Rule
from insights.recommenders.buy_again import BuyAgain
from insights.recommenders.content import Content
from insights.recommenders.customer_neighbours import CustomerNeighbours
from insights.recommenders.ease import Ease
from insights.recommenders.item_neighbours import ItemNeighbours
from insights.recommenders.knowledge import Knowledge
from insights.recommenders.popularity import Popularity

TITLES = ["red paper cup", "blue paper cup", "steel garden spade", "garden hose", "lamp", "rug"]
CUP, BLUE_CUP, SPADE, HOSE, LAMP, RUG = range(6)


def purchases(baskets, groups=None, rules=()):
    """From [(customer, product, days ago), …]; every entry an order of its own."""
    customers, products, ages = (np.array(column) for column in zip(*baskets, strict=True))
    count = customers.max() + 1
    ids = np.arange(100, 100 + len(TITLES))
    prices = np.full(len(TITLES), np.nan, np.float32)
    return Purchases(
        Catalogue(ids, TITLES, [""] * len(TITLES), prices, rules),
        np.arange(count),
        np.array(groups if groups else [0] * count),
        customers,
        products,
        np.arange(len(customers)),
        ages.astype(np.float32),
    )


def households(count=40):
    """Half buy cups together, half garden tools; the last of each half lacks the second product."""
    baskets = []
    for customer in range(count):
        first, second = ((CUP, BLUE_CUP), (SPADE, HOSE))[customer % 2]
        baskets.append((customer, first, 30))
        if customer < count - 2:
            baskets.append((customer, second, 20))
    return purchases(baskets)


@pytest.mark.parametrize("kind", [Ease, ItemNeighbours, CustomerNeighbours])
def test_what_others_bought_together_is_found(kind):
    history = households()
    recommender = kind()
    recommender.fit(history)

    scores = np.where(history.bought.toarray() > 0, -1, recommender.score(history))

    assert list(scores[-2:].argmax(axis=1)) == [BLUE_CUP, HOSE]


def test_a_product_nobody_bought_is_found_by_its_words():
    history = purchases([(0, CUP, 5), (1, SPADE, 5)])
    content = Content()
    content.fit(history)

    assert list(content.score(history).argmax(axis=1)) == [BLUE_CUP, HOSE]


def test_words_are_read_in_a_language_without_spaces():
    history = purchases([(0, 0, 5)])
    titles = ["红色陶瓷茶杯", "蓝色陶瓷茶杯", "花园铁铲", "水管", "台灯", "地毯"]
    history = replace(history, catalogue=replace(history.catalogue, titles=titles))
    content = Content()
    content.fit(history)

    assert content.score(history)[0].argmax() == 1


def test_popularity_follows_the_group_where_it_has_a_taste():
    baskets = [(c, LAMP if c < 300 else RUG, 3) for c in range(700)]
    history = purchases(baskets, groups=[0] * 300 + [1] * 400)
    popularity = Popularity()
    popularity.fit(history)

    assert list(popularity.score(history)[[0, 699]].argmax(axis=1)) == [LAMP, RUG]


def test_popularity_forgets():
    history = purchases([(c, RUG, 200) for c in range(9)] + [(c, LAMP, 1) for c in range(5)])
    popularity = Popularity()
    popularity.fit(history)

    assert popularity.score(history)[0].argmax() == LAMP


def test_what_is_due_again_comes_before_what_was_just_bought():
    monthly = [(0, CUP, days) for days in (120, 90, 60, 30)]
    just_bought = [(0, LAMP, days) for days in (91, 61, 31, 1)]
    history = purchases(monthly + just_bought)
    again = BuyAgain()
    again.fit(history)

    due = again.evidence(history)["due"][0]

    assert due[CUP] > 0.9
    assert due[LAMP] < 0.1
    assert due[RUG] == 0
    assert again.interval(history)[0, CUP] == pytest.approx(30, rel=0.1)


@pytest.mark.parametrize(
    ("rule", "best", "worst"),
    [
        (Rule("goes_with", 100 + RUG, (100 + CUP,)), [RUG, LAMP], None),
        (Rule("never_with", 100 + LAMP, (100 + CUP,)), None, [LAMP, None]),
        (Rule("only_after", 100 + LAMP, (100 + CUP,)), None, [None, LAMP]),
        (Rule("replaces", 100 + RUG, (100 + LAMP,)), [RUG, RUG], [LAMP, LAMP]),
        (Rule("prefer", 100 + RUG), [RUG, RUG], None),
        (Rule("hold_back", 100 + LAMP), None, [LAMP, LAMP]),
    ],
)
def test_a_marketers_rule_stands_above_the_scores(rule, best, worst, monkeypatch):
    monkeypatch.setattr("insights.recommenders.knowledge.AMONG_THE_FIRST", 1)
    history = purchases([(0, CUP, 5), (1, SPADE, 5)], rules=(rule,))
    said = np.array([[0, 0.1, 0.2, 0.3, 0.9, 0.5]] * 2, np.float32)

    scores = Knowledge().overrule(said, history)

    for customer in (0, 1):
        if best:
            assert scores[customer, best[customer]] == scores[customer].max()
        for product in range(6):
            forbidden = bool(worst) and worst[customer] == product
            assert (scores[customer, product] == -np.inf) == forbidden


def shop_of(seed, customers=300, until=0):
    """People with one of two tastes, who buy some things again; and what they buy next."""
    rng = np.random.default_rng(seed)
    baskets = []
    for customer in range(customers):
        taste = [(CUP, BLUE_CUP, LAMP), (SPADE, HOSE, RUG)][customer % 2]
        baskets += [(customer, rng.choice(taste), rng.uniform(0, 200)) for _ in range(6)]
    return purchases([basket for basket in baskets if basket[2] > until])


def fitted(history):
    blend = recommenders.blended()
    blend.fit(history)
    return blend.score(history)


def test_the_blend_learns_the_taste():
    scores = fitted(shop_of(1))

    taste = [{CUP, BLUE_CUP, LAMP}, {SPADE, HOSE, RUG}]
    lists = ranking.best(scores, 3)
    right = [set(lists[customer]) == taste[customer % 2] for customer in range(len(lists))]
    assert np.mean(right) > 0.9


def test_what_happened_later_changes_nothing():
    known, with_later = shop_of(1, until=40), shop_of(1)

    assert len(with_later) > len(known)
    assert np.array_equal(fitted(with_later.until(40)), fitted(known.until(40)))


def test_the_blend_says_something_even_when_nobody_came_back():
    history = purchases([(0, CUP, 5), (1, CUP, 4), (1, BLUE_CUP, 4), (2, SPADE, 1)])
    blend = recommenders.blended()
    blend.fit(history)

    scores = np.where(history.bought.toarray() > 0, -np.inf, blend.score(history))

    assert scores[0].argmax() == BLUE_CUP


def test_a_diverse_list_does_not_say_the_same_thing_twice():
    scores = np.array([[1.0, 0.9, 0.5, 0.0]], np.float32)
    alike = np.eye(4, dtype=np.float32)
    alike[0, 1] = alike[1, 0] = 1
    sparse_alike = ranking.sparse.csr_matrix(alike)

    assert ranking.best(scores, 3).tolist() == [[0, 1, 2]]
    assert ranking.diverse(scores, 3, sparse_alike, price=0.6).tolist() == [[0, 2, 1]]


def test_the_measures_agree_with_hand_worked_ones():
    lists = np.array([[3, 1, 0]])
    bought = ranking.sparse.csr_matrix(np.array([[1, 0, 1, 1]]))

    assert ranking.recall(lists, bought)[0] == pytest.approx(2 / 3)
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert ranking.ndcg(lists, bought)[0] == pytest.approx((1 + 1 / 2) / ideal)
