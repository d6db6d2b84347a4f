"""A product's change is news for those who looked or asked, once, and for nobody else."""

from datetime import UTC, datetime

import pytest
from django.utils.timezone import now

from customers import facts, profiles
from customers.models import Profile, StaleMark, Touchpoint
from shops.connectors.base import ProductFact
from shops.models import Product
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


def said(shop, *, at=None, **fields):
    facts.store(shop, [ProductFact("mug", updated_at=at or now(), **fields)])


def looked(by, *, kind="product.viewed", days=5, **data):
    make.touchpoint(
        by, kind=kind, occurred_at=make.days_ago(days), data={"product_id": "mug", **data}
    )


def told(kind):
    return set(Touchpoint.objects.filter(kind=kind).values_list("customer", flat=True))


def test_a_product_back_in_stock_is_told_to_those_who_looked_or_asked(shop):
    ann, bob, cy, dan, eve = (make.customer(shop) for _ in range(5))
    said(shop, title="Mug", price_cents=1000, available=False)
    looked(ann)
    looked(bob, kind="product.requested", days=100)
    looked(cy, days=100)  # looked too long ago
    looked(dan, product_id="other")
    looked(eve, bot=True)
    looked(make.customer(make.shop()))
    StaleMark.objects.all().delete()
    back_at = now()

    for _ in range(2):
        said(shop, available=True, at=back_at)

    assert told("product.restocked") == {ann.pk, bob.pk}
    assert Touchpoint.objects.filter(kind="product.restocked").count() == 2
    news = Touchpoint.objects.filter(kind="product.restocked")[0]
    assert (news.data["product_id"], news.data["title"]) == ("mug", "Mug")
    assert news.occurred_at == back_at
    assert {mark.customer for mark in StaleMark.objects.all()} == {ann, bob}


def test_a_product_whose_stock_is_filled_up_is_told_too(shop):
    ann = make.customer(shop)
    said(shop, title="Mug", stock_count=0)
    looked(ann)

    said(shop, stock_count=12)
    said(shop, stock_count=11)

    assert Touchpoint.objects.filter(kind="product.restocked", customer=ann).count() == 1


def test_it_may_come_back_again_later(shop):
    ann = make.customer(shop)
    looked(ann)
    for available in (False, True, False, True):
        said(shop, available=available)

    assert Touchpoint.objects.filter(kind="product.restocked", customer=ann).count() == 2


def test_a_lower_price_is_told_with_both_and_not_to_who_bought_meanwhile(shop):
    ann, bob, cy = (make.customer(shop) for _ in range(3))
    said(shop, title="Mug", price_cents=1000)
    for customer in (ann, bob, cy):
        looked(customer)
    mug = Product.objects.get()
    make.order(bob, lines=((mug, 1, 1000),))
    make.order(cy, lines=((mug, 1, 1000),), placed_at=make.days_ago(30))  # and looked since

    said(shop, price_cents=960)  # less than a twentieth
    assert told("product.price_dropped") == set()
    said(shop, price_cents=900)

    assert told("product.price_dropped") == {ann.pk, cy.pk}
    data = Touchpoint.objects.filter(kind="product.price_dropped")[0].data
    assert (data["was_cents"], data["price_cents"]) == (960, 900)


@pytest.mark.parametrize(
    "fields", [{"price_cents": 2000}, {"title": "New"}, {"available": True}, {"price_cents": 1000}]
)
def test_other_changes_are_no_news(shop, fields):
    looked(make.customer(shop))
    said(shop, price_cents=1000)

    said(shop, **fields)

    assert not told("product.restocked") | told("product.price_dropped")


def test_an_old_update_that_comes_late_is_neither_kept_nor_told(shop):
    looked(make.customer(shop))
    said(shop, price_cents=1000)
    said(shop, price_cents=500, at=datetime(2020, 1, 1, tzinfo=UTC))

    assert Product.objects.get().price_cents == 1000
    assert not told("product.price_dropped")


def test_an_import_of_history_tells_nothing(shop):
    looked(make.customer(shop))
    said(shop, price_cents=1000)

    facts.store(shop, [ProductFact("mug", updated_at=now(), price_cents=500)], wake=False)

    assert not told("product.price_dropped")


def test_news_is_no_activity_of_the_customers_own(shop):
    ann = make.customer(shop)
    said(shop, price_cents=1000)
    looked(ann)
    said(shop, price_cents=500)

    profiles.refresh(shop)

    known = Profile.objects.get(customer=ann)
    assert known.touchpoint_count == 2
    assert known.last_active_at is not None
    assert known.last_active_at < make.days_ago(1)
