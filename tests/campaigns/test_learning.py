"""A split that learns sends more people the better way, and never all of them."""

import random

import pytest

from campaigns import engine, enrolment, launching, learning
from campaigns.models import Enrolment, SplitWeight
from tests import make
from tests.campaigns import build

FAIR = [0.5, 0.5]


def share(*counts, seed="x"):
    named = [(chr(65 + n), people, buyers) for n, (people, buyers) in enumerate(counts)]
    first = [1 / len(counts)] * len(counts)
    return list(learning.shares(named, first, seed=seed).values())


def test_before_there_is_enough_it_is_shared_out_as_planned():
    assert share((10, 9), (500, 5)) == FAIR


def test_the_better_way_gets_more_and_the_worse_never_nothing():
    worse, better = share((500, 20), (500, 60))

    assert better > 0.9
    assert worse >= learning.LEAST
    assert worse + better == pytest.approx(1)


def test_equal_ways_stay_about_equal_and_the_same_figures_give_the_same_shares():
    assert share((400, 40), (400, 40)) == pytest.approx(FAIR, abs=0.03)
    assert share((400, 40), (400, 47)) == share((400, 40), (400, 47))
    assert share((400, 40), (400, 47), seed="y") == pytest.approx(
        share((400, 40), (400, 47)), abs=0.03
    )


def test_it_finds_the_best_of_three_and_loses_fewer_buyers_than_a_fixed_split():
    """A simulation with known rates: 40 batches of 150 people."""
    rates, rng = (0.05, 0.08, 0.14), random.Random(1)
    people, buyers, weights = [0, 0, 0], [0, 0, 0], [1 / 3] * 3
    for _batch in range(40):
        for way in rng.choices(range(3), weights, k=150):
            people[way] += 1
            buyers[way] += rng.random() < rates[way]
        weights = share(*zip(people, buyers, strict=True))

    assert people[2] > 0.7 * sum(people)
    assert min(people) > 0.03 * sum(people)
    assert sum(buyers) > sum(people) * sum(rates) / 3 * 1.25


@pytest.mark.django_db
def test_what_was_learned_shares_out_whoever_comes_next_and_leaves_the_others_where_they_are():
    shop = build.shop()
    ways = [{"name": name, "percent": 50, "steps": [{"stop": name}]} for name in "AB"]
    plan = {"entry": {"segment": "all"}, "steps": [{"id": "s", "split": ways, "learn": True}]}
    build.membership(make.customer(shop), "all")
    campaign = build.campaign(shop, plan=plan, status="draft")
    launching.launch(campaign)
    engine.run_due()
    Enrolment.objects.all().delete()
    for n in range(60):
        ann = make.customer(shop)
        row = build.enrolment(ann, campaign, entered_at=make.days_ago(30), due_at=None,
                              variants={"s": "AB"[n % 2]})  # fmt: skip
        if n % 2 and n < 40:
            make.order(ann, placed_at=make.days_ago(20))
        assert row.pk
    young = make.customer(shop)  # their time to buy is not over
    build.enrolment(young, campaign, due_at=None, variants={"s": "A"})
    make.order(young)

    assert learning.learn_all() == 1

    held = {row.name: (row.customer_count, row.buyer_count) for row in SplitWeight.objects.all()}
    assert held == {"A": (30, 0), "B": (30, 20)}
    for _ in range(60):
        build.membership(make.customer(shop), "all")
    enrolment.enrol(shop)
    while engine.run_due():
        pass
    new = Enrolment.objects.filter(outcome__startswith="stopped")
    assert new.count() >= 60
    assert new.filter(variants={"s": "B"}).count() > 0.85 * new.count()
    assert Enrolment.objects.filter(variants={"s": "A"}, outcome="").count() == 31


@pytest.mark.django_db
def test_an_edited_split_begins_anew():
    shop = build.shop()
    campaign = build.campaign(shop)
    for name, weight in (("A", 0.9), ("B", 0.1)):
        SplitWeight.objects.create(shop=shop, campaign=campaign, step="s", name=name, weight=weight)
    ways = [{"name": "A", "percent": 30}, {"name": "B", "percent": 70}]

    assert learning.of(campaign, "s", ways) == [0.9, 0.1]
    assert learning.of(campaign, "s", [*ways, {"name": "C", "percent": 0}]) == [0.3, 0.7, 0]
