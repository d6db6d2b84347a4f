"""Rules compile to SQL that means what a naive reading of the rule means."""

import json
from datetime import timedelta

import jsonschema
import pytest
from django.db import connection
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments import rules, starter
from segments.operators import OPERATORS
from segments.rules import RuleError
from tests import make

pytestmark = pytest.mark.django_db


def matching(shop, rule):
    compiled = rules.compile(rule)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM customers_customer c"
            " LEFT JOIN customers_profile p ON p.customer_id = c.id"
            f" WHERE c.shop_id = %(shop)s AND {compiled.sql}",
            {**compiled.params, "shop": shop.pk},
        )
        return {pk for (pk,) in cursor.fetchall()}


COUNTS = st.integers(0, 4)
DAYS = st.integers(0, 40)
COMPARISONS = st.one_of(
    st.builds(
        lambda op, value: {"field": "facts.order_count", "op": op, "value": value},
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        COUNTS,
    ),
    st.builds(
        lambda op, value: {"field": "facts.last_order_at", "op": op, "value": value + 0.5},
        st.sampled_from(["more_than_days_ago", "less_than_days_ago"]),
        DAYS,
    ),
    st.builds(
        lambda op, value: {"field": "customer.country", "op": op, "value": value},
        st.sampled_from(["is", "is_not", "contains", "starts_with"]),
        st.sampled_from(["", "France", "fr", "a_c", "%"]),
    ),
    st.sampled_from(
        [{"field": "facts.last_order_at", "op": op} for op in ("is_set", "is_not_set")]
    ),
    st.builds(
        lambda times, within: {
            "did": {"touchpoint": "product.viewed", "times": times, "within": within}
        },
        st.integers(1, 3),
        st.integers(1, 40),
    ),
)
RULES = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
PEOPLE = st.lists(
    st.tuples(
        st.none() | COUNTS,
        st.none() | DAYS,
        st.sampled_from(["", "France", "francium", "a_c", "abc", "50%"]),
        st.lists(DAYS, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def holds(rule, person):
    """The rule read naively."""
    orders, last_order, country, views = person
    if "all" in rule:
        return all(holds(part, person) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, person) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], person)
    if "did" in rule:
        recent = [days for days in views if days < rule["did"]["within"]]
        return len(recent) >= rule["did"]["times"]
    value, op = rule.get("value"), rule["op"]
    if rule["field"] == "facts.order_count":
        count = orders or 0
        return {
            "=": count == value,
            "!=": count != value,
            "<": count < value,
            "<=": count <= value,
            ">": count > value,
            ">=": count >= value,
        }[op]
    if rule["field"] == "facts.last_order_at":
        known = orders is not None and last_order is not None
        return {
            "is_set": known,
            "is_not_set": not known,
            "more_than_days_ago": known and last_order > (value or 0),
            "less_than_days_ago": known and last_order < (value or 0),
        }[op]
    here, wanted = country.lower(), value.lower()
    return {
        "is": here == wanted,
        "is_not": here != wanted,
        "contains": wanted in here,
        "starts_with": here.startswith(wanted),
    }[op]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rule=RULES, people=PEOPLE)
def test_sql_and_a_naive_reading_find_the_same_customers(rule, people):
    shop = make.shop()
    expected = set()
    for person in people:
        orders, last_order, country, views = person
        customer = make.customer(shop, country=country)
        if orders is not None:
            ago = None if last_order is None else now() - timedelta(days=last_order)
            make.profile(customer, order_count=orders, last_order_at=ago)
        for days in views:
            make.touchpoint(customer, occurred_at=now() - timedelta(days=days))
        if holds(rule, person):
            expected.add(customer.pk)

    assert matching(shop, rule) == expected
    jsonschema.validate(rule, rules.schema())
    assert rules.describe(rule)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({}, "(rule)"),
        ([], "(rule)"),
        ({"all": []}, "all"),
        ({"all": [{"field": "facts.order_count", "op": "=", "value": "2"}]}, "all[0].value"),
        ({"any": [{"not": {"field": "nothing", "op": "="}}]}, "any[0].not.field"),
        ({"field": "facts.order_count", "op": "like", "value": 1}, "op"),
        ({"field": "facts.order_count", "op": "=", "value": True}, "value"),
        ({"field": "facts.order_count", "op": "=", "value": 1, "x": 1}, "x"),
        ({"field": "facts.last_order_at", "op": "before", "value": "2026-01-01"}, "value"),
        ({"field": "customer.email", "op": "in", "value": []}, "value"),
        ({"field": "customer.email", "op": "is", "value": "a\x00"}, "value"),
        ({"did": {"times": 2}}, "did.touchpoint"),
        ({"did": {"touchpoint": "a.b", "times": 0}}, "did.times"),
        ({"did": {"touchpoint": "a.b", "within": "week"}}, "did.within"),
        ({"did": {"touchpoint": "a.b", "where": {"k": []}}}, "did.where.k"),
        ({"field": ["x"], "op": "="}, "field"),
    ],
)
def test_a_fault_is_told_with_its_path(rule, path):
    with pytest.raises(RuleError) as fault:
        rules.compile(rule)

    assert str(fault.value).startswith(f"{path}:")


@pytest.mark.parametrize(
    "part",
    [
        {"field": "facts.last_order_at", "op": "is_set"},  # binds no value
        {"did": {"touchpoint": "order.placed"}},
        {"not": {"field": "facts.last_order_at", "op": "is_set"}},
    ],
)
def test_a_rule_of_too_many_parts_is_refused(part):
    with pytest.raises(RuleError, match=r"any\[\d+\].*: has more than 100 parts"):
        rules.compile({"any": [part] * 101})


def test_a_rule_nested_too_deep_is_refused():
    rule = {"field": "facts.order_count", "op": "=", "value": 1}
    for _ in range(20):
        rule = {"not": rule}

    with pytest.raises(RuleError, match="nested"):
        rules.compile(rule)


def test_values_never_become_sql():
    shop = make.shop()
    customer = make.customer(shop, country="'; DROP TABLE x; --")
    rule = {"field": "customer.country", "op": "is", "value": "'; DROP TABLE x; --"}
    deed = {"touchpoint": "a.b", "where": {"k') OR true --": "%(shop)s"}}

    assert matching(shop, rule) == {customer.pk}
    assert matching(shop, {"did": deed}) == set()


def test_what_was_done_can_be_narrowed_by_its_data():
    shop = make.shop()
    ann, bob = make.customer(shop), make.customer(shop)
    make.touchpoint(ann, data={"product": "mug"})
    make.touchpoint(bob, data={"product": "tea"})

    rule = {"did": {"touchpoint": "product.viewed", "where": {"product": "mug"}}}

    assert matching(shop, rule) == {ann.pk}


def test_the_moment_can_be_another_than_now():
    shop = make.shop()
    ann = make.customer(shop)
    make.profile(ann, last_order_at=make.days_ago(10))
    rule = {"field": "facts.last_order_at", "op": "more_than_days_ago", "value": 60}

    later = rules.compile(rule, at=now() + timedelta(days=70))

    assert matching(shop, rule) == set()
    assert later.params["r_now"] > now()


def test_every_ready_made_segment_compiles_and_can_be_said_in_words():
    for _, rule in starter.SEGMENTS.values():
        rules.compile(rule)
        assert "{" not in rules.describe(rule)


def test_every_operator_has_words():
    assert all(operator.words for kind in OPERATORS.values() for operator in kind.values())


@pytest.mark.parametrize(
    "rule",
    [
        [],
        "text",
        {"all": 3},
        {"not": []},
        {"did": "order.placed"},
        {"did": {"touchpoint": "order.placed", "times": "often"}},
        {"did": {"touchpoint": "order.placed", "where": 1}},
        {"field": [], "op": {}},
    ],
)
def test_a_rule_that_does_not_compile_is_described_as_it_stands(rule):
    assert rules.describe(rule) == json.dumps(rule)
