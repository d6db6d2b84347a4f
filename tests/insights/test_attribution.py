"""Purchase paths against figures worked out by hand."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from insights import attribution, purchase_paths
from insights.attribution import LOSS, PURCHASE, START, Path
from tests import make

# Of three ways: mail → shop buys, mail alone is lost, shop alone buys.
WAYS = [
    Path(("mail", "shop"), bought=True, value=600),
    Path(("mail",), bought=False),
    Path(("shop",), bought=True, value=300),
]


def test_steps_are_counted_as_shares_of_what_left_a_touchpoint():
    found = {(s.before, s.after): (s.count, s.share) for s in attribution.transitions(WAYS)}

    assert found == {
        (START, "mail"): (2, pytest.approx(2 / 3)),
        (START, "shop"): (1, pytest.approx(1 / 3)),
        ("mail", "shop"): (1, 0.5),
        ("mail", LOSS): (1, 0.5),
        ("shop", PURCHASE): (2, 1.0),
    }


def test_the_chance_of_a_purchase_is_that_of_the_chain():
    steps = attribution.transitions(WAYS)

    # 2/3 · 1/2 · 1 by mail, 1/3 · 1 directly
    assert attribution.conversion(steps) == pytest.approx(2 / 3)
    assert attribution.conversion(steps, without="mail") == pytest.approx(1 / 3)
    assert attribution.conversion(steps, without="shop") == pytest.approx(0)


def test_removal_shares_out_what_was_earned():
    assert attribution.removal_effects(WAYS) == {
        "mail": pytest.approx(0.5),
        "shop": pytest.approx(1.0),
    }
    assert attribution.by_removal(WAYS) == {
        "mail": pytest.approx(300),
        "shop": pytest.approx(600),
    }


@pytest.mark.parametrize(
    ("rule", "mail", "shop"),
    [("last_touch", 0, 900), ("first_touch", 600, 300), ("linear", 300, 600),
     ("time_decay", 200, 700)],
)  # fmt: skip
def test_simple_rules_share_out_along_each_way(rule, mail, shop):
    # The mail a week before the end counts half of what the visit on the day counts.
    ways = [Path(("mail", "shop"), bought=True, value=600, days_before=(7, 0)), *WAYS[1:]]

    credit = attribution.by_rule(ways, rule)

    assert credit.get("mail", 0) == pytest.approx(mail)
    assert credit["shop"] == pytest.approx(shop)


def test_equal_ways_counted_together_weigh_as_much():
    many = [Path(("mail",), bought=True, count=3, value=3), Path(("mail",), bought=False, count=1)]

    assert attribution.conversion(attribution.transitions(many)) == pytest.approx(0.75)


def test_a_chain_that_goes_round_has_an_answer():
    round_and_round = [Path(("a", "b", "a", "b"), bought=True), Path(("a",), bought=False)]

    # a → b 2/3, a → loss 1/3; b → a 1/2, b → purchase 1/2: x = 2/3 (x/2 + 1/2), so x = 1/2
    assert attribution.conversion(attribution.transitions(round_and_round)) == pytest.approx(0.5)


def test_nothing_bought_gives_nobody_credit():
    lost = [Path(("mail",), bought=False)]

    assert attribution.removal_effects(lost) == {"mail": 0}
    assert attribution.by_removal(lost) == {"mail": 0}
    assert attribution.removal_effects([]) == {}


def test_common_ways_tell_repeats_once():
    ways = [
        Path(("mail", "mail", "shop"), bought=True, value=5),
        Path(("mail", "shop"), bought=True, count=2, value=7),
        Path(("shop",), bought=False),
    ]

    assert attribution.common_paths(ways, bought=True) == [
        Path(("mail", "shop"), bought=True, count=3, value=12)
    ]
    assert attribution.common_paths(ways, bought=False)[0].kinds == ("shop",)


@pytest.mark.django_db
def test_ways_are_read_from_the_history():
    shop, other = make.shop(), make.shop()
    make.touchpoint(make.customer(other), kind="message.sent", occurred_at=make.days_ago(60))

    def went(*touchpoints):
        customer = make.customer(shop)
        for kind, days in touchpoints:
            data = {"total_cents": 500} if kind == "order.placed" else {}
            make.touchpoint(customer, kind=kind, occurred_at=make.days_ago(days), data=data)

    for _ in range(2):
        went(("message.sent", 80), ("product.viewed", 75), ("order.placed", 74))
    went(("product.viewed", 90), ("order.placed", 89), ("order.cancelled", 88))
    went(("product.viewed", 85))  # quiet since: lost
    went(("product.viewed", 3))  # still open
    went(("order.placed", 50))  # met nothing

    found = purchase_paths.read(shop, now() - timedelta(days=100), now())

    assert found == [
        Path(
            ("message.sent", "product.viewed"), bought=True, count=2, value=1000, days_before=(6, 1)
        ),
        Path(("product.viewed",), bought=False, days_before=(0,)),
        Path(("product.viewed",), bought=True, value=500, days_before=(1,)),
    ]


@pytest.mark.django_db
def test_a_long_silence_ends_a_way_without_a_purchase():
    shop = make.shop()
    customer = make.customer(shop)
    for kind, days in (("message.sent", 95), ("product.viewed", 50), ("order.placed", 49)):
        make.touchpoint(customer, kind=kind, occurred_at=make.days_ago(days))

    found = purchase_paths.read(shop, now() - timedelta(days=100), now())

    assert {(path.kinds, path.bought) for path in found} == {
        (("message.sent",), False),
        (("product.viewed",), True),
    }
