"""What is told of two customers who are one, before, after and in any order."""

import itertools
import random
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from customers import consent, facts, merging, privacy
from customers.merge_models import Merge
from customers.models import Consent, Customer, Order, PrivacyRequest, StaleMark, Touchpoint
from shops.connectors.base import (
    ConsentFact,
    CustomerFact,
    LineFact,
    MergeFact,
    OrderFact,
    RecognitionFact,
    TouchpointFact,
)
from tests import make
from tests.campaigns import build
from tests.customers.merged import at, everything, merge
from tests.shops import calls

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return build.shop()


def story():
    """What a shop tells of two accounts that are one person."""
    line = (LineFact("mug", 1, 500, 500),)

    def order(number, who, hours):
        return OrderFact(number, "sale", who, at(hours), at(hours), "EUR", "", line)

    return [
        [CustomerFact("ann", at(0), email="ann@example.com", first_name="Ann", created_at=at(-5))],
        [CustomerFact("bob", at(1), email="bob@example.com", phone="+49123", created_at=at(-9))],
        [order("1", "ann", 2), order("2", "bob", 3)],
        [TouchpointFact("touchpoint:1", "cart.updated", "bob", at(4))],
        [ConsentFact("ann", "email", given=True, occurred_at=at(1), how="shop"),
         ConsentFact("bob", "email", given=False, occurred_at=at(0), how="shop")],
        [RecognitionFact("r1", "visitor", at(5), "login", customer_id="bob"),
         TouchpointFact("site:1", "page.viewed", "", at(4.5), {"visitor": "visitor"},
                        visitor="visitor")],
        [MergeFact("shop:bob:ann", "ann", "bob", at(6))],
    ]  # fmt: skip


LIKE = {
    "merges": "SELECT cause FROM customers_merge WHERE shop_id = %s",
    "identities": """SELECT c.external_id, i.kind, i.value FROM customers_identity i
        JOIN customers_customer c ON c.id = i.customer_id WHERE i.shop_id = %s""",
}


def told(shop, groups):
    for group in groups:
        facts.store(shop, group)
    rows = calls.rows(shop)
    with connection.cursor() as cursor:
        for name, statement in LIKE.items():
            cursor.execute(statement, [shop.pk])
            rows[name] = sorted(map(str, cursor.fetchall()))
    # When the two became one is the moment we heard of it: it differs from one telling to another.
    rows["consents"] = [re.sub(r"datetime\([^)]*\)", "", row) for row in rows["consents"]]
    return rows


def test_every_order_of_arrival_ends_the_same(shop):
    groups = story()
    expected = told(make.shop(), groups)
    assert "'ann'" in expected["touchpoints"][0]
    assert not any("'bob'" in row for kind in ("orders", "touchpoints") for row in expected[kind])
    orders = list(itertools.permutations(groups))
    for chosen in random.Random(4).sample(orders, 40):
        assert told(make.shop(), chosen) == expected
        assert told(make.shop(), [*chosen, *chosen]) == expected


def test_undone_it_is_as_if_they_had_never_been_one(shop):
    groups = story()
    never = told(make.shop(), [group for group in groups if not isinstance(group[0], MergeFact)])
    for chosen in random.Random(5).sample(list(itertools.permutations(groups)), 20):
        other = make.shop()
        told(other, chosen)
        merging.undo(Merge.objects.get(shop=other))
        rows = told(other, [])
        assert {**rows, "merges": []} == never


def test_what_comes_after_the_merge_goes_to_the_survivor_and_back(shop):
    ann, bob = make.customer(shop, external_id="ann"), make.customer(shop, external_id="bob")
    record = merge(ann, bob)
    facts.store(shop, [
        OrderFact("9", "sale", "bob", at(1), at(1), "EUR", "", (LineFact("m", 1, 5, 5),)),
        TouchpointFact("touchpoint:9", "cart.updated", "bob", at(2)),
        ConsentFact("bob", "sms", given=False, occurred_at=at(3), how="shop"),
    ])  # fmt: skip
    assert set(Touchpoint.objects.values_list("customer", flat=True)) == {ann.pk}
    assert Order.objects.get().customer == ann
    assert StaleMark.objects.filter(customer=ann).exists()

    facts.store(shop, [TouchpointFact("touchpoint:10", "cart.updated", "ann", at(2))])
    merging.undo(record)
    assert Order.objects.get().customer == bob
    assert set(bob.touchpoint_set.values_list("source", flat=True)) == {"order:9", "touchpoint:9"}
    assert ann.touchpoint_set.get().source == "touchpoint:10"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_chains_come_apart_in_any_order(shop, order):
    people = [make.customer(shop) for _ in range(4)]
    for person in people:
        make.order(person)
        make.touchpoint(person)
    before = everything(shop)
    a, b, c, d = people
    records = [merge(b, c, "c"), merge(a, b, "b"), merge(d, a, "a")]
    assert {order.customer for order in Order.objects.all()} == {d}
    for number in order:
        merging.undo(records[number])
    assert everything(shop) == before


def test_fields_that_nobody_said_of_the_survivor_are_filled(shop):
    facts.store(shop, [
        CustomerFact("ann", at(0), first_name="Ann"),
        CustomerFact("bob", at(1), first_name="Bob", email="b@example.com", created_at=at(-99)),
        MergeFact("m", "ann", "bob", at(2)),
    ])  # fmt: skip
    ann = Customer.objects.get(external_id="ann")
    assert (ann.first_name, ann.email) == ("Ann", "b@example.com")

    facts.store(shop, [CustomerFact("bob", at(3), email="b2@example.com")])
    ann.refresh_from_db()
    assert ann.email == "b2@example.com"
    facts.store(shop, [CustomerFact("ann", at(4), email="a@example.com")])
    ann.refresh_from_db()
    assert ann.email == "a@example.com"

    merging.undo(Merge.objects.get())
    ann.refresh_from_db()
    assert (ann.email, ann.first_name, ann.filled) == ("a@example.com", "Ann", None)


GIVEN, WITHDRAWN = True, False


@pytest.mark.parametrize(
    ("anns", "bobs", "same_address", "allowed"),
    [
        (GIVEN, GIVEN, False, True),
        (GIVEN, WITHDRAWN, False, False),
        (WITHDRAWN, GIVEN, True, False),
        (WITHDRAWN, WITHDRAWN, True, False),
        (GIVEN, None, False, True),
        (None, GIVEN, True, True),
        (None, GIVEN, False, False),
        (None, WITHDRAWN, True, False),
        (None, None, True, False),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_the_stricter_permission_counts(shop, anns, bobs, same_address, allowed, late):
    ann = make.customer(shop, external_id="ann", email="ann@example.com")
    bob = make.customer(
        shop, external_id="bob", email="ann@example.com" if same_address else "bob@example.com"
    )
    said = [
        ConsentFact(name, "email", given=given, occurred_at=at(hour), how="shop")
        for name, given, hour in (("ann", anns, 2), ("bob", bobs, 1))
        if given is not None
    ]
    if not late:
        facts.store(shop, said)
    record = merge(ann, bob)
    facts.store(shop, said)
    assert Consent.objects.filter(customer=ann, ended_at=None).exists() == allowed

    merging.undo(record)
    for person, given in ((ann, anns), (bob, bobs)):
        open_now = Consent.objects.filter(customer=person, ended_at=None)
        assert open_now.exists() == bool(given)


def test_who_unsubscribes_as_the_merged_one_unsubscribes(shop):
    ann, bob = make.customer(shop, consents=("email",)), make.customer(shop, consents=("email",))
    merge(ann, bob)
    assert Consent.objects.filter(customer=ann, ended_at=None).exists()
    stale = Customer.objects.get(pk=bob.pk)  # as a link looked it up a moment before
    stale.merged_into = None
    assert consent.withdraw(stale, channel="email", how="link")
    assert not Consent.objects.filter(ended_at=None).exists()


def test_what_is_said_after_the_merge_counts_again(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    facts.store(shop, [ConsentFact(bob.external_id, "email", given=False, occurred_at=at(1),
                                   how="shop")])  # fmt: skip
    merge(ann, bob)
    consent.give(ann, channel="email", how="preference page")
    assert Consent.objects.filter(customer=ann, ended_at=None).exists()


def test_a_blocked_address_blocks_the_survivors_too(shop):
    ann, bob = (
        make.customer(shop, email="a@example.com"),
        make.customer(shop, email="B@example.com"),
    )
    consent.suppress(shop, channel="email", address="b@example.com", reason="complained")
    record = merge(ann, bob)
    assert shop.suppression_set.filter(address="a@example.com").exists()
    merging.undo(record)
    assert list(shop.suppression_set.values_list("address", flat=True)) == ["b@example.com"]


def test_who_is_erased_is_erased_under_both_names(shop):
    ann, bob = make.customer(shop), make.customer(shop)
    merge(ann, bob)
    request = PrivacyRequest.objects.create(
        shop=shop, reference="r", kind="erase", customer_id_of_shop=bob.external_id,
        requested_at=datetime.now(UTC),
    )  # fmt: skip
    privacy.erase(request)
    assert {c.email for c in Customer.objects.filter(shop=shop)} == {""}


MERGED: dict[str, Any] = {
    "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
    "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
    "admin_graphql_api_job_id": None,
    "status": "completed",
    "errors": [],
}


def test_shopify_says_that_two_are_one():
    shop = calls.shop("shopify")
    facts.store(shop, [CustomerFact("2", at(0), email="b@example.com")])
    assert calls.deliver(shop, "customers/merge", MERGED).status == "processed"
    calls.deliver(shop, "customers/merge", MERGED)
    kept, merged = Customer.objects.get(external_id="1"), Customer.objects.get(external_id="2")
    assert merged.merged_into == kept
    assert kept.email == "b@example.com"
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("status", ["failed", "in_progress", "requested", ""])
def test_a_merge_that_did_not_happen_merges_nobody(status):
    shop = calls.shop("shopify")
    calls.deliver(shop, "customers/merge", MERGED | {"status": status})
    assert not Merge.objects.exists()
