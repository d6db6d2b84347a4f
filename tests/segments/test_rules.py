"""Rules compile to SQL that means what a naive reading of the rule means."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.utils.timezone import now

from customers import consent
from customers.models import StaleMark
from segments import rules, starter
from segments.models import Segment
from segments.operators import OPERATORS
from segments.rules import RuleError
from tests import make
from tests.segments.asking import matching

pytestmark = pytest.mark.django_db


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
        ({"field": "facts.last_order_at", "op": "before", "value": "2026-01-01T10:00"}, "value"),
        ({"field": "customer.email", "op": "in", "value": []}, "value"),
        ({"field": "customer.email", "op": "is", "value": "a\x00"}, "value"),
        ({"did": {"times": 2}}, "did.touchpoint"),
        ({"did": {"touchpoint": "a.b", "times": 0}}, "did.times"),
        ({"did": {"touchpoint": "a.b", "within": "week"}}, "did.within"),
        ({"did": {"touchpoint": "a.b", "where": {"k": []}}}, "did.where.k"),
        ({"field": ["x"], "op": "="}, "field"),
        ({"field": "scores.*", "op": "=", "value": 1}, "field"),
        ({"field": "customer.email", "op": "in", "value": ["a"] * 5000}, "value"),
        ({"field": "customer.email", "op": "matches", "value": "(a+)+$"}, "value"),
        ({"field": "customer.email", "op": "matches", "value": "(a|b*)*c"}, "value"),
        ({"field": "customer.email", "op": "matches", "value": "a{1,5000}"}, "value"),
        ({"field": "customer.email", "op": "matches", "value": "(?=a)b"}, "value"),
        ({"field": "customer.email", "op": "matches", "value": "(a"}, "value"),
        ({"field": "facts.last_order_at", "op": "in_period", "value": "tomorrow"}, "value"),
        ({"field": "facts.order_count", "op": "=", "value": 1, "zone": "customer"}, "zone"),
        ({"field": "facts.order_count", "op": "=", "value": 1, "as": "text"}, "as"),
        ({"field": "attributes.x", "op": "=", "value": 1, "as": "json"}, "as"),
        ({"did": {"touchpoint": "a.b", "times": 1, "exactly": 2}}, "did.exactly"),
        ({"did": {"touchpoint": "a.b", "within": 3, "until": 5}}, "did.until"),
        ({"did": {"touchpoint": "a.b", "then": {"touchpoint": 3}}}, "did.then.touchpoint"),
        ({"did": {"touchpoint": "a.b", "where": {"k": {"op": "?"}}}}, "did.where.k.op"),
        ({"segment": 3}, "segment"),
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


@pytest.mark.parametrize("key", starter.SEGMENTS)
def test_a_ready_made_segment_compiles_and_is_said_in_plain_words(key):
    made, shop = starter.SEGMENTS[key], make.shop(currency="EUR")
    rules.compile(made.rule, shop=shop, of=key)

    said = rules.describe(made.rule, shop=shop)

    assert not re.search(r"[{}_]|cents|\bdid [a-z]+\.|“[a-z]+\.", said), said
    assert str(made.name)
    assert str(made.about).endswith(".")


def test_there_are_at_least_ten_ready_made_segments():
    assert len(starter.SEGMENTS) >= 10
    assert len({str(made.name) for made in starter.SEGMENTS.values()}) == len(starter.SEGMENTS)


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


def test_a_list_that_is_too_long_says_how_long_and_what_to_do():
    with pytest.raises(RuleError, match=r"value: has 5000 values; at most 1000 .* from a file"):
        rules.compile({"field": "customer.email", "op": "in", "value": ["a"] * 5000})


def test_a_harmless_pattern_is_matched_whatever_the_case():
    shop = make.shop()
    ann = make.customer(shop, email="Ann.Lee+news@example.com")
    make.customer(shop, email="bob@example.org")
    pattern = r"^(ann|zoe)[.\w]*(\+\w{1,10})?@example\.com$"

    assert matching(shop, {"field": "customer.email", "op": "matches", "value": pattern}) == {
        ann.pk
    }


def test_a_segment_that_asks_for_itself_is_refused_with_the_way_round():
    shop = make.shop()
    for key, wanted in {"a": "b", "b": "c"}.items():
        Segment.objects.create(shop=shop, name=key, key=key, rule={"not": {"segment": wanted}})
    rule = {"any": [{"field": "facts.order_count", "op": "=", "value": 1}, {"segment": "a"}]}

    with pytest.raises(RuleError, match=r"^any\[1\].segment: .*circle: c → a → b → c"):
        rules.compile(rule, shop=shop, of="c")
    with pytest.raises(RuleError, match=r"^segment: there is no segment 'gone'"):
        rules.compile({"segment": "gone"}, shop=shop)


def test_the_top_tenth_by_a_field_is_found_by_kept_cut_points():
    shop = make.shop()
    customers = [make.customer(shop) for _ in range(20)]
    for number, customer in enumerate(customers):
        make.profile(customer, revenue_cents=number * 100)
    rule = {"field": "facts.revenue_cents", "op": "in_top_percent", "value": 10}

    assert matching(shop, rule) == {customer.pk for customer in customers[-2:]}
    assert matching(make.shop(), rule) == set()


def test_who_can_be_reached_allows_it_has_an_address_and_is_not_suppressed():
    shop = make.shop()
    ann, bob = (make.customer(shop, consents=("email",)) for _ in range(2))
    make.customer(shop)
    make.customer(shop, consents=("email",), email="")
    consent.suppress(shop, channel="email", address=bob.email.upper(), reason="bounced")

    assert StaleMark.objects.filter(customer=bob).exists()
    assert matching(shop, {"field": "reachable.email", "op": "is_true"}) == {ann.pk}


def test_the_published_schema_is_up_to_date():
    published = Path(conf.BASE_DIR) / "docs" / "rule.schema.json"

    assert json.loads(published.read_text()) == rules.schema(), "run manage.py describe_rules"
