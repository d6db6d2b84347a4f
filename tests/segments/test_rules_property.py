"""Random rules mean what a naive reading of them means, now and until they are due."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from segments import rules, values
from segments.models import Membership, Segment
from tests import make
from tests.segments import naive
from tests.segments.asking import due, matching

pytestmark = pytest.mark.django_db

ZONES = ["UTC", "Asia/Shanghai", "America/New_York"]
KINDS = ["product.viewed", "order.placed", "cart.updated"]
TEXTS = st.sampled_from(["", "France", "fr", "a_c", "%", "abc"])
NUMBERS, DAYS = st.integers(0, 4), st.integers(0, 40)
PERIODS = list(values.PERIODS)


def comparison(name, ops, asked, **more):
    return st.builds(
        lambda op, value: {"field": name, "op": op, "value": value, **more},
        st.sampled_from(ops),
        asked,
    )


def without_value(name, ops, **more):
    return st.sampled_from([{"field": name, "op": op, **more} for op in ops])


def dates(name, **more):
    days = DAYS.map(lambda n: n + 0.5)
    day = DAYS.map(lambda n: (now() - timedelta(days=n)).date().isoformat())
    return st.one_of(
        comparison(name, ["more_than_days_ago", "less_than_days_ago"], days, **more),
        comparison(name, ["in_more_than_days", "in_less_than_days"], days, **more),
        comparison(name, ["before", "after"], day, zone="customer", **more),
        comparison(name, ["between"], st.tuples(day, day).map(list), **more),
        comparison(name, ["in_period"], st.sampled_from(PERIODS), zone="customer", **more),
        comparison(name, ["anniversary_within_days"], DAYS, zone="customer", **more),
        without_value(name, ["is_set", "is_not_set"], **more),
    )


SIGNS = ["=", "!=", "<", "<=", ">", ">="]
TEXT_OPS = ["is", "is_not", "contains", "not_contains", "starts_with", "ends_with"]
LISTS = st.lists(st.sampled_from(["tea", "mug"]), min_size=1, max_size=2, unique=True)
COMPARISONS = st.one_of(
    comparison("facts.order_count", SIGNS, NUMBERS),
    comparison("facts.order_count", ["between"], st.tuples(NUMBERS, NUMBERS).map(list)),
    comparison("facts.order_count", ["in", "not_in"], st.lists(NUMBERS, min_size=1)),
    comparison("customer.country", TEXT_OPS, TEXTS),
    comparison("customer.country", ["in", "not_in"], st.lists(TEXTS, min_size=1)),
    dates("facts.last_order_at"),
    dates("attributes.born", **{"as": "date"}),
    comparison("attributes.points", SIGNS, NUMBERS),
    comparison("attributes.tier.name", TEXT_OPS, TEXTS),
    comparison("facts.top_categories", ["has"], st.sampled_from(["tea", "mug"])),
    comparison("facts.top_categories", ["has_any", "has_all", "has_none"], LISTS),
    comparison("attributes.liked", ["has_any", "has_all", "has_none"], LISTS),
    without_value("attributes.liked", ["is_empty", "is_not_empty"]),
    without_value("attributes.vip", ["is_true", "is_false"]),
    without_value("consent.email", ["is_true", "is_false"]),
    comparison("scores.purchase", SIGNS, NUMBERS),
    st.just({"segment": "chosen"}),
)
WHERE = st.fixed_dictionaries(
    {},
    optional={
        "sku": st.sampled_from(["a", "b"]),
        "price": st.builds(
            lambda op, value: {"op": op, "value": value}, st.sampled_from(SIGNS), NUMBERS
        ),
    },
)
SPANS = st.integers(1, 40)
THEN = st.fixed_dictionaries(
    {"touchpoint": st.sampled_from(KINDS)},
    optional={
        "where": WHERE,
        "within": SPANS,
        "not": st.booleans(),
        "same": st.just(["sku"]),
        "then": st.fixed_dictionaries({"touchpoint": st.sampled_from(KINDS)}),
    },
)
COUNTS = st.one_of(
    st.just({}),
    st.builds(lambda n: {"times": n}, st.integers(1, 3)),
    st.builds(lambda n: {"at_most": n}, st.integers(0, 2)),
    st.builds(lambda n: {"exactly": n}, st.integers(0, 2)),
)
DEEDS = st.builds(
    lambda deed, count: {"did": {**deed, **count}},
    st.fixed_dictionaries(
        {"touchpoint": st.sampled_from([*KINDS, ["product.viewed", "cart.updated"]])},
        optional={
            "where": WHERE,
            "within": st.integers(20, 40),
            "until": st.integers(1, 19),
            "then": THEN,
        },
    ),
    COUNTS,
)
RULES = st.recursive(
    st.one_of(COMPARISONS, DEEDS),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


def crowd(shop, seed, size=40):
    """Customers of every sort, with what a naive reader knows about each."""
    random, people = Random(seed), {}
    chosen = Segment.objects.create(shop=shop, name="Chosen", key="chosen", kind="static")
    for _ in range(size):
        customer, person = newcomer(shop, random)
        facts_of(customer, person, random)
        deeds_of(customer, person, random)
        if random.random() < 0.3:
            person.segments.add("chosen")
            Membership.objects.create(shop=shop, segment=chosen, customer=customer)
        people[customer.pk] = person
    return people


def newcomer(shop, random):
    """A customer with attributes, some of them of a wrong type."""
    zone, allows = random.choice(ZONES), random.random() < 0.5
    country = random.choice(["", "France", "francium", "a_c", "abc", "50%"])
    long_ago = (now() - timedelta(days=random.randint(0, 800))).isoformat()
    options: dict[str, list[Any]] = {
        "points": [0, 2, 4, "3", None],
        "tier": [{"name": "France"}, {"name": "abc"}],
        "liked": [[], ["tea"], ["mug", "tea"]],
        "vip": [True, False, "yes"],
        "born": ["2000-02-29", long_ago, "?"],
    }
    said: dict[str, Any] = {
        key: random.choice(some) for key, some in options.items() if random.random() < 0.7
    }
    consents = ("email",) if allows else ()
    attributes = {"timezone": zone, **said}
    customer = make.customer(shop, country=country, attributes=attributes, consents=consents)
    points, vip, born = said.get("points"), said.get("vip"), said.get("born", "?")
    known = {
        "customer.country": country,
        "consent.email": allows,
        "attributes.points": points if isinstance(points, int) else None,
        "attributes.tier.name": said.get("tier", {}).get("name"),
        "attributes.liked": said.get("liked"),
        "attributes.vip": vip if isinstance(vip, bool) else None,
    }
    if born != "?":
        moment = datetime.fromisoformat(born)
        known["attributes.born"] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return customer, naive.Person(known, [], zone=zone)


def facts_of(customer, person, random):
    """A profile, which not every customer has yet."""
    person.values |= {"facts.order_count": 0, "facts.top_categories": []}
    if random.random() < 0.8:
        facts: dict[str, Any] = {
            "order_count": random.randint(0, 4),
            "last_order_at": random.choice([None, make.days_ago(random.randint(0, 40))]),
            "top_categories": random.choice([[], ["tea"], ["mug", "tea"]]),
            "scores": random.choice([{}, {"purchase": random.randint(0, 4)}]),
        }
        make.profile(customer, **facts)
        person.values |= {f"facts.{name}": value for name, value in facts.items()}
        person.values["scores.purchase"] = facts["scores"].get("purchase")


def deeds_of(customer, person, random):
    """What the customer did, some of it without data."""
    for _ in range(random.randint(0, 5)):
        data = {"sku": random.choice("ab"), "price": random.choice([1, 3, "3"])}
        at = make.days_ago(random.randint(0, 40) + random.random())
        deed = naive.Deed(random.choice(KINDS), at, data if random.random() < 0.8 else {})
        person.deeds.append(deed)
        make.touchpoint(customer, kind=deed.kind, occurred_at=at, data=deed.data)


@pytest.fixture
def people_of_a_shop():
    shop = make.shop(timezone="Asia/Shanghai")
    return shop, crowd(shop, seed=7)


def test_sql_and_a_naive_reading_find_the_same_customers(people_of_a_shop):
    shop, people = people_of_a_shop
    schema = Draft202012Validator(rules.schema())

    @settings(
        max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(rule=RULES)
    def check(rule):
        moment = now()
        expected = {pk for pk, p in people.items() if naive.holds(rule, p, moment, shop.timezone)}
        for wide in (False, True):
            assert matching(shop, rule, at=moment, wide=wide) == expected
        schema.validate(rule)
        assert rules.describe(rule) != json.dumps(rule, ensure_ascii=False)

    check()


def test_nobody_moves_by_the_clock_before_they_are_due(people_of_a_shop):
    shop, people = people_of_a_shop

    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(rule=RULES, hours=st.integers(1, 24 * 20))
    def check(rule, hours):
        moment = now()
        later = moment + timedelta(hours=hours)
        for pk, due_at in due(shop, rule, moment).items():
            if due_at is None or due_at > later:
                before, after = (
                    naive.holds(rule, people[pk], at, shop.timezone) for at in (moment, later)
                )
                assert before == after

    check()
