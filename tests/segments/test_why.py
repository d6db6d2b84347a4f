"""Why somebody is in a segment, or not: clause by clause, with the values seen."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from segments import fixed, membership, why
from segments.models import Segment
from tests import make

pytestmark = pytest.mark.django_db
FEW = {"field": "facts.order_count", "op": ">=", "value": 2}
RICH = {"field": "facts.revenue_cents", "op": ">=", "value": 10_000}
NOT_GERMAN = {"not": {"field": "customer.country", "op": "is", "value": "DE"}}


@pytest.fixture
def shop():
    return make.shop()


def segment(shop, rule, **fields):
    return Segment.objects.create(shop=shop, name="S", key="s", rule=rule, **fields)


def customer(shop, **facts):
    made = make.customer(shop, country="DE")
    make.profile(made, **facts)
    return made


def test_each_clause_says_whether_it_holds_and_what_was_seen(shop):
    rule = {"all": [FEW, {"any": [RICH, NOT_GERMAN]}]}
    ann = customer(shop, order_count=3, revenue_cents=4_900)
    (top,) = why.of(segment(shop, rule), ann).clauses
    few, either = top.parts
    rich, not_german = either.parts

    assert not top.holds
    assert few.holds
    assert few.seen == [("Orders", "3")]
    assert not either.holds
    assert not rich.holds
    assert rich.seen[0][1] == "€49.00"
    assert not not_german.holds
    assert not_german.parts[0].holds
    assert not_german.parts[0].seen == [("Country", "DE")]


def test_it_agrees_with_the_membership(shop):
    rule = {"any": [{"all": [FEW, NOT_GERMAN]}, RICH]}
    chosen = segment(shop, rule)
    people = [customer(shop, order_count=n % 3, revenue_cents=n * 3_000) for n in range(6)]
    membership.refresh(shop)
    inside = set(chosen.memberships.filter(left_at=None).values_list("customer", flat=True))
    assert inside
    for person in people:
        assert why.of(chosen, person).decides_now == (person.pk in inside)


def test_deeds_are_counted_in_words(shop):
    ann = make.customer(shop)
    make.touchpoint(ann, kind="cart.updated")
    (clause,) = why.of(segment(shop, {"did": {"touchpoint": "cart.updated"}}), ann).clauses
    assert clause.holds
    assert "1 times" in clause.seen[0][1]


def test_a_rule_at_fault_says_so(shop):
    answer = why.of(segment(shop, {"field": "facts.gone", "op": "=", "value": 1}), customer(shop))
    assert "gone" in answer.fault


def test_a_static_segment_names_its_file(shop):
    ann = make.customer(shop)
    listed = segment(shop, None, kind="static")
    assert not why.of(listed, ann).clauses[0].holds
    fixed.load(listed, f"customer_id\n{ann.external_id}\n", file_name="fair.csv")
    assert "fair.csv" in why.of(listed, ann).clauses[0].words


def test_the_customers_page_answers_in_one_click(client, shop):
    ann = customer(shop, order_count=1)
    chosen = segment(shop, FEW)
    client.force_login(make.user(is_superuser=True))
    address = reverse("admin:segments_segment_why", args=[chosen.pk, ann.pk])
    assert address in client.get(
        reverse("admin:customers_customer_change", args=[ann.pk])
    ).content.decode()  # fmt: skip
    part = client.get(address, headers={"X-Part": "1"}).content.decode()
    assert "<html" not in part
    assert "Orders: 1" in part
    assert "<html" in client.get(address).content.decode()


def test_it_is_for_who_may_see_both(client, shop):
    ann, chosen = customer(shop), segment(shop, FEW)
    stranger = customer(make.shop())
    user = make.user()
    shop.staff.add(user)
    client.force_login(user)

    def status(of):
        return client.get(
            reverse("admin:segments_segment_why", args=[chosen.pk, of.pk])
        ).status_code

    assert status(ann) == 404  # who may see no segment finds none
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_customer", "view_segment"])
    )
    assert status(ann) == 200
    assert status(stranger) == 404
