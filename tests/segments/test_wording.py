"""A rule is said as a marketer would say it."""

import pytest
from django.utils import translation

from journeys import lifecycle
from segments import rules
from segments.models import Segment
from tests import make


def field(name, op, value=None, **more):
    return {"field": name, "op": op, **({} if value is None else {"value": value}), **more}


def did(kind, **more):
    return {"did": {"touchpoint": kind, **more}}


SAID = [
    (field("facts.revenue_cents", ">", 5000), "spent more than €50.00"),
    (
        field("facts.average_order_cents", "between", [1000, 250050]),
        "spends between €10.00 and €2,500.50 an order on average",
    ),
    (field("facts.order_count", ">=", 1), "ordered at least once"),
    (field("facts.order_count", ">=", 2), "ordered at least twice"),
    (field("facts.order_count", "=", 0), "never ordered"),
    (field("facts.returned_fraction", ">", 0.2), "returned more than 20 % of what they bought"),
    (field("facts.returned_fraction", ">", 0.125), "returned more than 12.5 % of what they bought"),
    (field("facts.last_order_at", "more_than_days_ago", 60), "last ordered more than 60 days ago"),
    (field("facts.last_order_at", "less_than_days_ago", 1), "last ordered in the last 1 day"),
    (field("facts.last_order_at", "is_not_set"), "has never ordered"),
    (field("facts.last_order_at", "in_period", "this_month"), "last ordered this month"),
    (field("customer.created_at", "after", "2026-01-31"), "became a customer after 31 Jan 2026"),
    (
        field("facts.last_order_at", "in_period", "today", zone="customer"),
        "last ordered today (customer's time)",
    ),
    (
        field("facts.revenue_cents", "in_top_percent", 10),
        "is in the top 10 % by “Net revenue”",
    ),
    (field("customer.country", "in", ["DE", "AT"]), "Country is one of “DE”, “AT”"),
    (field("attributes.tier", "is", "gold"), "Attribute “tier” is “gold”"),
    (field("attributes.points", ">=", 1200), "Attribute “points” is at least 1,200"),
    (
        field("attributes.born", "anniversary_within_days", 7, **{"as": "date"}),
        "Attribute “born” has its anniversary within 7 days",
    ),
    (field("reachable.email", "is_true"), "can be reached by e-mail"),
    (field("consent.sms", "is_false"), "does not allow marketing by text message"),
    (field("rfm.group", "is", "cant_lose"), "RFM group is “Can't lose them”"),
    (field("journey.stage", "is", "at_risk"), "Lifecycle stage is “At risk”"),
    (did("cart.updated"), "updated a cart at least once"),
    (did("order.placed", times=3, within=30), "ordered at least 3 times in the last 30 days"),
    (did("order.placed", exactly=0), "did not order"),
    ({"not": did("order.placed", within=180)}, "did not order in the last 180 days"),
    ({"not": did("order.placed", times=2)}, "ordered fewer than twice"),
    ({"not": did("order.placed", at_most=2)}, "ordered more than twice"),
    (
        did("product.viewed", until=3, within=9, where={"category": "Tea"}),
        "viewed a product at least once between 3 and 9 days ago where category is “Tea”",
    ),
    (
        did(
            ["product.viewed", "cart.updated"],
            then={"touchpoint": "order.placed", "within": 3, "not": True, "same": ["product_id"]},
        ),
        "viewed a product or updated a cart at least once and then did not order"
        " with the same product id within 3 days",
    ),
    (did("quiz.finished"), "did “quiz finished” at least once"),
    ({"segment": "gold"}, "is in the segment “Gold members”"),
    ({"not": {"segment": "gold"}}, "is not in the segment “Gold members”"),
    (
        {
            "all": [
                {"segment": "gold"},
                {"any": [did("order.placed"), field("facts.order_count", "=", 0)]},
            ]
        },
        "is in the segment “Gold members” and (ordered at least once or never ordered)",
    ),
    (
        {"not": {"any": [did("order.placed"), did("search.made")]}},
        "none of these: (ordered at least once or searched the shop at least once)",
    ),
]


@pytest.fixture
def shop():
    made = make.shop(currency="EUR")
    lifecycle.create(made)
    Segment.objects.create(shop=made, key="gold", name="Gold members", rule=did("order.placed"))
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "said"), SAID, ids=[said for _, said in SAID])
def test_a_rule_is_said_in_a_marketers_words(shop, rule, said):
    rules.compile(rule, shop=shop)
    assert rules.describe(rule, shop=shop) == said


@pytest.mark.django_db
def test_currencies_without_decimals_are_said_without(shop):
    shop.currency = "JPY"
    assert (
        rules.describe(field("facts.revenue_cents", ">", 5000), shop=shop)
        == "spent more than ¥5,000"
    )


def test_without_a_shop_keys_stand_for_names():
    assert rules.describe({"segment": "gold"}) == "is in the segment “gold”"


IN_CHINESE = [
    (field("facts.revenue_cents", ">", 500000), "累计消费超过 €5,000.00"),
    (field("facts.order_count", ">=", 2), "下单至少 2 次"),
    (field("facts.last_order_at", "more_than_days_ago", 60), "上次下单在 60 天以前"),
    (field("customer.country", "in", ["DE", "AT"]), "国家是其中之一：“DE”、“AT”"),
    ({"not": did("order.placed", within=180)}, "最近 180 天内没有下单"),
    (
        did(
            "product.viewed",
            times=2,
            within=30,
            where={"category": "Tea"},
            then={"touchpoint": "order.placed", "not": True, "within": 3},
        ),
        "最近 30 天内浏览商品至少 2 次（其中 类目 是“Tea”），之后 3 天内没有下单",
    ),
    (
        {"any": [did("order.placed"), {"all": [did("search.made"), did("cart.updated")]}]},
        "下单至少 1 次或（站内搜索至少 1 次，且更新购物车至少 1 次）",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "said"), IN_CHINESE, ids=lambda value: str(value)[:40])
def test_a_rule_in_chinese_has_its_words_in_chinese_order(shop, rule, said):
    with translation.override("zh-hans"):
        assert rules.describe(rule, shop=shop) == said
